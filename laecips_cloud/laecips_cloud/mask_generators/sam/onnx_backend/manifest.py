"""The manifest of an exported SAM: `sam.json` beside its files."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path
from typing import Any, Final

from laecips_edge.core.atomic_files import sha256_of
from laecips_edge.core.shallow_json import parse_shallow

from laecips_cloud.mask_generators.generator import MaskGeneratorError

MANIFEST: Final = "sam.json"
ENCODER: Final = "encoder.onnx"
DECODER: Final = "decoder.onnx"
WEIGHTS: Final = "sam.weights"
FILES: Final = (ENCODER, DECODER, WEIGHTS)

SCHEMA: Final = 1
"""Raised when an older version of the code can no longer run the files."""

_EXPORT: Final = "export it again with `laecips models export-sam`"

Triple = tuple[float, float, float]


@dataclass(frozen=True, kw_only=True)
class SamManifest:
    """Geometry and identity of one export; checked at construction.

    Attributes:
        image_size: pixels along a side of the square that the encoder takes.
        mask_size: pixels along a side of the decoder's small masks.
        mean, std: mean and standard deviation of the RGB channels of a picture in 0..255.
        mask_threshold: pixels whose logit is above it belong to a mask.
        checkpoint: name of the exported file.
        checkpoint_sha256: SHA-256 of that file, in hex digits.
        files: SHA-256 by file name.
        int8: whether the encoder multiplies in int8.
        agreement: measures of the comparison with torch after the export, by name.

    Raises:
        MaskGeneratorError: a value is invalid; names the key.
    """

    image_size: int
    mask_size: int
    mean: Triple
    std: Triple
    mask_threshold: float
    checkpoint: str
    checkpoint_sha256: str
    files: Mapping[str, str]
    int8: bool = False
    agreement: Mapping[str, float] = field(default_factory=dict)
    schema: int = SCHEMA

    def __post_init__(self) -> None:
        checks: dict[str, Callable[[], bool]] = {
            "schema": lambda: self.schema == SCHEMA,
            "image_size": lambda: isinstance(self.image_size, int) and self.image_size >= 16,
            "mask_size": lambda: (
                isinstance(self.mask_size, int) and 1 <= self.mask_size <= self.image_size
            ),
            "mean": lambda: len(self.mean) == 3 and all(map(math.isfinite, self.mean)),
            "std": lambda: len(self.std) == 3 and min(self.std) > 0,
            "mask_threshold": lambda: math.isfinite(self.mask_threshold),
            "checkpoint": lambda: isinstance(self.checkpoint, str),
            "checkpoint_sha256": lambda: isinstance(self.checkpoint_sha256, str),
            "files": lambda: (
                set(self.files) == set(FILES)
                and all(isinstance(digest, str) for digest in self.files.values())
            ),
            "int8": lambda: isinstance(self.int8, bool),
            "agreement": lambda: isinstance(self.agreement, Mapping),
        }
        for key, check in checks.items():
            try:
                good = check()
            except TypeError:  # a value of the wrong type
                good = False
            if not good:
                raise MaskGeneratorError(f"{key} cannot be {getattr(self, key)!r}; {_EXPORT}")

    def to_json(self) -> str:
        """Return the manifest in the form that `read` takes."""
        return json.dumps(asdict(self), indent=2) + "\n"

    @classmethod
    def read(cls, folder: Path) -> SamManifest:
        """Read the manifest of an export and compare its files with it.

        Raises:
            MaskGeneratorError: there is no manifest, it is of another kind, or a file is missing or
                differs from the exported one; names it and says what to do.
        """
        path = folder / MANIFEST
        try:
            content = parse_shallow(path.read_text(encoding="utf-8"))
        except OSError as error:
            raise MaskGeneratorError(
                f"{path}: cannot be read ({error.strerror}); give a folder that "
                "`laecips models export-sam` wrote"
            ) from error
        except ValueError as error:
            raise MaskGeneratorError(f"{path}: not JSON ({error}); {_EXPORT}") from error
        try:
            manifest = cls._parsed(content)
        except MaskGeneratorError as error:
            raise MaskGeneratorError(f"{path}: {error}") from error
        for name, expected in manifest.files.items():
            try:
                found = sha256_of(folder / name)
            except OSError as error:
                raise MaskGeneratorError(
                    f"{folder / name}: cannot be read ({error.strerror}); {_EXPORT}"
                ) from error
            if found != expected:
                raise MaskGeneratorError(
                    f"{folder / name}: its sha256 is {found[:12]}..., {MANIFEST} has "
                    f"{expected[:12]}...: it is damaged or of another export; {_EXPORT}"
                )
        return manifest

    @classmethod
    def _parsed(cls, content: Any) -> SamManifest:
        names = {item.name for item in fields(cls)}
        if not isinstance(content, dict) or not content.keys() <= names:
            raise MaskGeneratorError(f"no manifest of an exported SAM; {_EXPORT}")
        values: dict[str, Any] = {
            key: tuple(v) if isinstance(v, list) else v for key, v in content.items()
        }
        try:
            return cls(**values)
        except TypeError as error:
            raise MaskGeneratorError(f"a key is missing ({error}); {_EXPORT}") from error
