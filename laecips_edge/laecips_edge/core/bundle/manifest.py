"""The manifest of a bundle, `manifest.json`: its identity, geometry and calibration."""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass, field, fields
from typing import Any

from laecips_edge.core.image.tiling import Tiling
from laecips_edge.core.shallow_json import parse_shallow

SCHEMA = 1
"""Version of the file format; raised when an older robot could not read the file any more."""

IMAGENET_MEAN = (0.485, 0.456, 0.406)
IMAGENET_STD = (0.229, 0.224, 0.225)
MODALITIES = ("rgb", "rgbd")


class BundleError(ValueError):
    """A bundle that must not run; the message is one line: the file, what is wrong, what to do."""


@dataclass(frozen=True, kw_only=True)
class Manifest:
    """Identity, geometry and calibration of one pair (f, h). Checked at construction.

    Attributes:
        name: name of the bundle line.
        version: at least 1; rises with every training.
        parent: version that this one was trained from; None for a first training.
        architecture: name of f's architecture.
        width, miner_width: multipliers of the channel counts of f and h.
        modality: "rgb" or "rgbd".
        input_size: (H,W) of f's input.
        tiles: (rows, columns) of tiles of that size into which a picture is cut; (1, 1): f takes
            it whole.
        stride: rows of the input per row of the logits.
        mean, std: normalisation of (R,G,B) in units of 1; "rgbd" has a fourth value, for
            depth / depth_range_mm.
        depth_range_mm: depth in millimetres that counts as 1; larger depths count as 1 too.
        classes: class names, in the order of the labels.
        palette: (R,G,B) of each class, 0 to 255.
        delta: threshold in [0, 1]; a frame is easy iff trust > delta.
        beta: constant of h's loss (eq. 14).
        quantiles: quantiles of h's trust on held-out rows, rising, evenly spaced from the smallest
            value to the largest.
        parent_quantiles: as many of the parent's trust on the same rows; empty where the two were
            not compared.
        temperature: calibrated temperature of the softmax.
        thresholds: delta by miner name, for the baselines at the same upload share.
        files: sha256 by file name.
        delta_of: sha256 of the parent's weights, from which `weights.delta` makes this bundle's;
            empty: there is no delta.
        gate: measurements of the promotion gate.
        training: data set, seed, hard_gain, hard_share and the other inputs of the training.
    """

    name: str
    version: int
    classes: tuple[str, ...]
    palette: tuple[tuple[int, int, int], ...]
    input_size: tuple[int, int]
    delta: float
    beta: float
    parent: int | None = None
    architecture: str = "rfnet"
    width: float = 1.0
    miner_width: float = 1.0
    modality: str = "rgb"
    stride: int = 4
    mean: tuple[float, ...] = IMAGENET_MEAN
    std: tuple[float, ...] = IMAGENET_STD
    depth_range_mm: float = 10_000.0
    quantiles: tuple[float, ...] = ()
    parent_quantiles: tuple[float, ...] = ()
    temperature: float = 1.0
    thresholds: dict[str, float] = field(default_factory=dict)
    files: dict[str, str] = field(default_factory=dict)
    gate: dict[str, Any] = field(default_factory=dict)
    training: dict[str, Any] = field(default_factory=dict)
    tiles: tuple[int, int] = (1, 1)
    delta_of: str = ""
    schema: int = SCHEMA

    def __post_init__(self) -> None:
        """Raise BundleError with the first key whose value is not allowed, and the value."""
        channels = 4 if self.modality == "rgbd" else 3
        checks: dict[str, Callable[[], bool]] = {
            "schema": lambda: self.schema == SCHEMA,
            "name": lambda: _text(self.name),
            "version": lambda: _whole(self.version) and 1 <= self.version < 2**32,
            "parent": lambda: (
                self.parent is None or (_whole(self.parent) and 1 <= self.parent < self.version)
            ),
            "architecture": lambda: isinstance(self.architecture, str),
            "width": lambda: _finite([self.width]) and self.width > 0,
            "miner_width": lambda: _finite([self.miner_width]) and self.miner_width > 0,
            "modality": lambda: self.modality in MODALITIES,
            "input_size": lambda: (
                len(self.input_size) == 2
                and all(map(_whole, self.input_size))
                and min(self.input_size) >= 32
            ),
            "stride": lambda: _whole(self.stride) and self.stride >= 1,
            "tiles": lambda: (
                len(self.tiles) == 2
                and all(map(_whole, self.tiles))
                and min(self.tiles) >= 1
                and self.tiling.can_be_joined(self.stride)
            ),
            "mean": lambda: len(self.mean) == channels and _finite(self.mean),
            "std": lambda: len(self.std) == channels and _finite(self.std) and min(self.std) > 0,
            "depth_range_mm": lambda: _finite([self.depth_range_mm]) and self.depth_range_mm > 0,
            "classes": lambda: (
                2 <= len(self.classes) == len(set(self.classes)) <= 255
                and all(map(_text, self.classes))
            ),
            "palette": lambda: (
                len(self.palette) == len(self.classes)
                and all(len(c) == 3 and all(map(_byte, c)) for c in self.palette)
            ),
            "delta": lambda: 0 <= self.delta <= 1,
            "beta": lambda: _finite([self.beta]) and self.beta > 0,
            "quantiles": lambda: _rising(self.quantiles),
            "parent_quantiles": lambda: (
                _rising(self.parent_quantiles)
                and len(self.parent_quantiles) in (0, len(self.quantiles))
            ),
            "temperature": lambda: _finite([self.temperature]) and self.temperature > 0,
            "thresholds": lambda: _finite(self.thresholds.values()),
            "delta_of": lambda: isinstance(self.delta_of, str),
            "files": lambda: all(isinstance(digest, str) for digest in self.files.values()),
        }
        for key, check in checks.items():
            try:
                good = check()
            except (
                TypeError,
                AttributeError,
                OverflowError,
            ):  # of the wrong type, or beyond floats
                good = False
            if not good:
                raise BundleError(
                    f"manifest: {key} cannot be {getattr(self, key)!r}; export the bundle again"
                )

    @property
    def classes_hash(self) -> str:
        """First 16 hex digits of the sha256 of the class names in order."""
        return hashlib.sha256("\n".join(self.classes).encode()).hexdigest()[:16]

    @property
    def tiling(self) -> Tiling:
        """The tiles into which a picture is cut, and the size that it is brought to before."""
        return Tiling(self.input_size, self.tiles)

    @property
    def logits_shape(self) -> tuple[int, int, int]:
        """Shape (M,h,w) of f's logits of a picture, of all tiles together."""
        height, width = self.tiling.picture
        return len(self.classes), -(-height // self.stride), -(-width // self.stride)

    def to_json(self) -> str:
        """Return sorted, indented JSON with a final newline; equal manifests give equal texts."""
        content = asdict(self) | {"classes_hash": self.classes_hash}
        return json.dumps(content, indent=2, sort_keys=True, allow_nan=False) + "\n"

    @classmethod
    def from_json(cls, text: str) -> Manifest:
        """Read the text that `to_json` returned.

        Raises:
            BundleError: the text is not JSON, or a key is missing, unknown or has a value that is
                not allowed.
        """
        try:
            content = parse_shallow(text, parse_constant=_refuse)
        except ValueError as error:
            raise BundleError(f"manifest: not JSON ({error}); fetch the bundle again") from error
        if not isinstance(content, dict):
            raise BundleError("manifest: not a JSON object; fetch the bundle again")
        recorded = content.pop("classes_hash", None)
        known = {f.name for f in fields(cls)}
        if unknown := sorted(content.keys() - known):
            raise BundleError(f"manifest: unknown keys {', '.join(unknown)}; update this package")
        try:
            manifest = cls(**{key: _tuples(key, value) for key, value in content.items()})
        except TypeError as error:
            raise BundleError(f"manifest: {error}; export the bundle again") from error
        if recorded != manifest.classes_hash:
            raise BundleError(
                f"manifest: classes_hash is {recorded}, the classes give {manifest.classes_hash}; "
                "fetch the bundle again"
            )
        return manifest


def _text(value: Any) -> bool:
    """Return whether a value is a text that messages and log lines can carry."""
    return isinstance(value, str) and bool(value) and value.isprintable()


def _whole(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _byte(value: Any) -> bool:
    return _whole(value) and 0 <= value <= 255


def _refuse(constant: str) -> None:
    raise ValueError(f"{constant} is no number")


def _finite(values: Iterable[float]) -> bool:
    return all(math.isfinite(value) for value in values)


def _rising(values: Sequence[float]) -> bool:
    return _finite(values) and list(values) == sorted(values)


def _tuples(key: str, value: Any) -> Any:
    """Turn JSON's lists into the manifest's tuples; leave `gate` and `training` as they are."""
    if key in ("gate", "training") or not isinstance(value, list):
        return value
    return tuple(_tuples(key, item) for item in value)
