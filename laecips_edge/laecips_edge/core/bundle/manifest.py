"""What a bundle says about itself: `manifest.json`."""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass, field, fields
from typing import Any

SCHEMA = 1
"""Raised when a robot of before could not read the file any more."""

IMAGENET_MEAN = (0.485, 0.456, 0.406)
IMAGENET_STD = (0.229, 0.224, 0.225)
MODALITIES = ("rgb", "rgbd")


class BundleError(ValueError):
    """A bundle that must not run; the message says what, which file and what to do."""


@dataclass(frozen=True, kw_only=True)
class Manifest:
    """Identity, geometry and calibration of one pair (f, h). Checked at construction.

    Attributes:
        name: of the bundle, for people.
        version: at least 1, rises with every training; a robot never goes back by itself.
        parent: version that this one was trained from; None for a first training.
        architecture: of f; names the graph.
        width, miner_width: multipliers of the channel counts of f and h.
        modality: "rgb" or "rgbd".
        input_size: (H,W) that f takes.
        stride: rows of the input to rows of the logits.
        mean, std: of (R,G,B) in units of 1; with depth a fourth, of depth / depth_range_mm.
        depth_range_mm: depth that counts as 1; what is farther counts as 1 too.
        classes: names, in the order of the labels.
        palette: (R,G,B) of each class, 0 to 255.
        delta: easy iff h > delta.
        beta: of h's loss (eq. 14).
        quantiles: h's, on held-out rows, rising, evenly spaced from the least to the largest.
        temperature: of the softmax, calibrated.
        thresholds: delta by the name of the miner, for the baselines at the same upload share.
        files: sha256 by file name.
        gate: what the promotion gate measured.
        training: data set, seed, hard_gain, hard_share and whatever else made it.
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
    temperature: float = 1.0
    thresholds: dict[str, float] = field(default_factory=dict)
    files: dict[str, str] = field(default_factory=dict)
    gate: dict[str, Any] = field(default_factory=dict)
    training: dict[str, Any] = field(default_factory=dict)
    schema: int = SCHEMA

    def __post_init__(self) -> None:
        """Raises BundleError naming the first key whose value cannot be, and the value."""
        channels = 4 if self.modality == "rgbd" else 3
        checks: dict[str, Callable[[], bool]] = {
            "schema": lambda: self.schema == SCHEMA,
            "name": lambda: isinstance(self.name, str) and bool(self.name),
            "version": lambda: isinstance(self.version, int) and self.version >= 1,
            "parent": lambda: self.parent is None or 1 <= self.parent < self.version,
            "architecture": lambda: isinstance(self.architecture, str),
            "width": lambda: self.width > 0,
            "miner_width": lambda: self.miner_width > 0,
            "modality": lambda: self.modality in MODALITIES,
            "input_size": lambda: len(self.input_size) == 2 and min(self.input_size) >= 32,
            "stride": lambda: self.stride >= 1,
            "mean": lambda: len(self.mean) == channels and _finite(self.mean),
            "std": lambda: len(self.std) == channels and _finite(self.std) and min(self.std) > 0,
            "depth_range_mm": lambda: self.depth_range_mm > 0,
            "classes": lambda: 2 <= len(self.classes) == len(set(self.classes)) <= 255,
            "palette": lambda: (
                len(self.palette) == len(self.classes)
                and all(len(c) == 3 and min(c) >= 0 and max(c) <= 255 for c in self.palette)
            ),
            "delta": lambda: 0 <= self.delta <= 1,
            "beta": lambda: self.beta > 0 and math.isfinite(self.beta),
            "quantiles": lambda: list(self.quantiles) == sorted(self.quantiles),
            "temperature": lambda: self.temperature > 0 and math.isfinite(self.temperature),
            "thresholds": lambda: _finite(self.thresholds.values()),
            "files": lambda: all(isinstance(digest, str) for digest in self.files.values()),
        }
        for key, check in checks.items():
            try:
                good = check()
            except (TypeError, AttributeError):  # not even of the type
                good = False
            if not good:
                raise BundleError(
                    f"manifest: {key} cannot be {getattr(self, key)!r}; export the bundle again"
                )

    @property
    def classes_hash(self) -> str:
        """First 16 hex digits of the sha256 of the names in their order."""
        return hashlib.sha256("\n".join(self.classes).encode()).hexdigest()[:16]

    @property
    def logits_shape(self) -> tuple[int, int, int]:
        """(M,h,w) of f's answer."""
        height, width = self.input_size
        return len(self.classes), -(-height // self.stride), -(-width // self.stride)

    def to_json(self) -> str:
        """Sorted, indented JSON with a closing newline: one version, one text."""
        content = asdict(self) | {"classes_hash": self.classes_hash}
        return json.dumps(content, indent=2, sort_keys=True, allow_nan=False) + "\n"

    @classmethod
    def from_json(cls, text: str) -> Manifest:
        """Reads what `to_json` wrote; BundleError names what is missing, unknown or ill-typed."""
        try:
            content = json.loads(text)
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


def _finite(values: Iterable[float]) -> bool:
    return all(math.isfinite(value) for value in values)


def _tuples(key: str, value: Any) -> Any:
    """JSON has lists where the manifest has tuples; its dictionaries stay as they are."""
    if key in ("gate", "training") or not isinstance(value, list):
        return value
    return tuple(_tuples(key, item) for item in value)
