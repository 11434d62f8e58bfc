"""Every picture and mask of a folder, looked at once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import cv2
import numpy as np
from laecips_cloud.training.data.errors import DatasetError
from laecips_cloud.training.data.folder.stored_pictures import read_mask, read_picture
from laecips_cloud.training.data.frame_folder import FrameFolder
from laecips_cloud.training.data.label_check import count_labels
from numpy.typing import NDArray

from laecips_eval.datasets.checking.likeness import digest_of, thumbnail
from laecips_eval.datasets.checking.picture_header import has_16_bits, orientation_of
from laecips_eval.datasets.findings import Findings

_DARK: Final = 4096  # of 65536: the high byte leaves 16 levels


@dataclass
class Survey:
    """What was seen.

    Attributes:
        labels: pixels of each label of a frame, int64 [256], by name.
        sizes: number of pictures of each (height, width).
        held: pixels of each value, or RGB colour, that masks hold which do not fit the classes.
        digests: of the pictures' bytes, by name.
        thumbnails: of the pictures, by name.
        refused: what no training could read.
        notes: what a person should know.
    """

    labels: dict[str, NDArray[np.int64]] = field(default_factory=dict)
    sizes: Counter[tuple[int, int]] = field(default_factory=Counter)
    held: Counter[int | tuple[int, ...]] = field(default_factory=Counter)
    digests: dict[str, bytes] = field(default_factory=dict)
    thumbnails: dict[str, NDArray[np.float32]] = field(default_factory=dict)
    refused: Findings = field(default_factory=Findings)
    notes: Findings = field(default_factory=Findings)


def survey(folder: FrameFolder, progress: Callable[[int, int], None]) -> Survey:
    """Look at every frame of a folder, at each file once.

    Args:
        folder: opened whole.
        progress: called with frames done and in all.
    """
    seen = Survey()
    for kind, files in (
        ("pictures without a mask, left out", folder.unlabelled),
        ("masks without a picture, left out", folder.orphans),
    ):
        for path in files.values():
            seen.notes.add(kind, _short(folder, path))
    for index, name in enumerate(folder.names):
        try:
            size = _picture(folder, index, seen)
            label = folder.label(index)
            if label.shape != size:
                seen.refused.add(
                    "masks of another size than their picture; bring them to one", name
                )
            seen.labels[name] = count_labels([label])
        except DatasetError as error:
            where, _, why = str(error).partition(": ")
            seen.refused.add(f"{why}; files", _short(folder, Path(where)))
            _mask_values(folder.files(index).mask, seen.held)
        progress(index + 1, len(folder))
    return seen


def held_by_masks(masks: list[Path]) -> Counter[int | tuple[int, ...]]:
    """Count the pixels of each value, or RGB colour, that masks hold."""
    held: Counter[int | tuple[int, ...]] = Counter()
    for mask in masks:
        _mask_values(mask, held)
    return held


def _picture(folder: FrameFolder, index: int, seen: Survey) -> tuple[int, int]:
    name, path = folder.names[index], folder.files(index).picture
    rgb = read_picture(path)
    data = path.read_bytes()
    height, width = rgb.shape[:2]
    seen.sizes[height, width] += 1
    seen.digests[name] = digest_of(data)
    seen.thumbnails[name] = thumbnail(rgb)
    if (orientation := orientation_of(data)) != 1:
        seen.notes.add(
            f"pictures with EXIF orientation {orientation}, taken as they are stored; their masks "
            "must lie so too",
            name,
        )
    if has_16_bits(data) or path.suffix.lower() in (".tif", ".tiff"):
        _bits(name, data, seen)
    return height, width


def _bits(name: str, data: bytes, seen: Survey) -> None:
    pixels = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_UNCHANGED)
    if pixels is None or pixels.dtype != np.uint16:
        return
    if pixels.max() < _DARK:
        seen.notes.add(
            f"16-bit pictures without a value of {_DARK} or more, nearly black by their high "
            "byte; bring them to 0..65535, as the camera must",
            name,
        )
    else:
        seen.notes.add("16-bit pictures, of which the high byte is taken", name)


def _mask_values(path: Path, held: Counter[int | tuple[int, ...]]) -> None:
    try:
        stored = read_mask(path)
    except DatasetError:
        return
    if stored.ndim == 2:
        values, counts = np.unique(stored, return_counts=True)
        held.update({int(value): int(n) for value, n in zip(values, counts, strict=True)})
    else:
        colours, counts = np.unique(stored.reshape(-1, 3), axis=0, return_counts=True)
        held.update(
            {tuple(map(int, colour)): int(n) for colour, n in zip(colours, counts, strict=True)}
        )


def _short(folder: FrameFolder, path: Path) -> str:
    return str(path.relative_to(folder.root) if path.is_relative_to(folder.root) else path)
