"""Pascal VOC: JPEGImages and SegmentationClass, masks of indices or of colours.

Everingham et al., "The Pascal Visual Object Classes (VOC) Challenge", 2010. labelmap.txt
(NAME:R,G,B::, as CVAT writes it) or class_names.txt (one name a line, as labelme does) names other
classes than the 20 of VOC.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from laecips_cloud.annotations.documents import documents
from laecips_cloud.annotations.shapes import AnnotatedPicture, Annotations, Shape, where
from laecips_cloud.training.data.errors import DatasetError
from laecips_cloud.training.data.folder.stored_pictures import read_mask, read_palette

_NAMES: Final = (
    "background aeroplane bicycle bird boat bottle bus car cat chair cow diningtable dog horse "
    "motorbike person pottedplant sheep sofa train tvmonitor"
)
VOC: Final = _NAMES.split()
_VOID: Final = 255  # of indices; labelme calls it `__ignore__`

Colour = tuple[int, int, int]
Split = Callable[[str], str]


def read(source: Path) -> Annotations:
    """Read the folder that holds SegmentationClass, or one above it.

    Raises:
        DatasetError: there is none, or its table of names cannot be read.
    """
    masks = documents(source, "**/SegmentationClass/*.png", what="mask of SegmentationClass")
    root = masks[0].parents[1]
    colours, names = _colours(root / "labelmap.txt"), _names(root / "class_names.txt")

    def pictures() -> Iterator[AnnotatedPicture]:
        split_of = _splits(root)
        for path in masks:
            stored = read_mask(path)
            if not colours and stored.ndim == 3:
                raise DatasetError(
                    f"{path}: colours, and {root} has no labelmap.txt; write NAME:R,G,B:: a line"
                )
            if colours:
                shapes = by_colour(_coloured(path, stored), colours)
            else:
                shapes = by_index(stored, names)
            yield AnnotatedPicture(
                picture=f"JPEGImages/{path.stem}.*",
                name=path.stem,
                shapes=shapes,
                size=(stored.shape[0], stored.shape[1]),
                split=split_of(path.stem),
                near=str(path.parents[1]),
            )

    return Annotations(categories=tuple(colours or names), pictures=pictures, background="")


def by_index(stored: NDArray, names: list[str]) -> list[Shape]:
    """Return one shape for each index that is there, but 255."""
    return [
        Shape(names[value] if value < len(names) else f"id {value}", where(stored, value))
        for value in map(int, np.unique(stored))
        if value != _VOID
    ]


def by_colour(stored: NDArray[np.uint8], colours: dict[str, Colour]) -> list[Shape]:
    """Return one shape for each colour that is there; of an unknown one by its numbers."""
    names = {colour: name for name, colour in colours.items()}
    found = map(tuple, np.unique(stored.reshape(-1, 3), axis=0).tolist())
    return [
        Shape(names.get(colour, "colour " + ",".join(map(str, colour))), where(stored, colour))
        for colour in found
    ]


def _coloured(path: Path, stored: NDArray) -> NDArray[np.uint8]:
    if stored.ndim == 3:
        return stored
    palette = read_palette(path)
    if palette is None:
        return np.repeat(stored[:, :, None], 3, axis=2)
    return palette[stored]


def _colours(path: Path) -> dict[str, Colour]:
    if not path.is_file():
        return {}
    colours = {}
    for line in path.read_text(encoding="utf-8").splitlines():
        if not line.strip() or line.startswith("#"):
            continue
        try:
            name, numbers, *_ = line.split(":")
            red, green, blue = (int(number) for number in numbers.split(","))
        except ValueError:
            raise DatasetError(f"{path}: {line!r}; write NAME:R,G,B:: a line") from None
        colours[name] = (red, green, blue)
    return colours


def _names(path: Path) -> list[str]:
    if not path.is_file():
        return VOC
    names = [line.strip() for line in path.read_text(encoding="utf-8").splitlines()]
    return [name for name in names if name and name != "__ignore__"]


def _splits(root: Path) -> Split:
    splits = {}
    for split in ("train", "val", "test"):
        path = root / "ImageSets" / "Segmentation" / f"{split}.txt"
        if path.is_file():
            splits.update(dict.fromkeys(path.read_text(encoding="utf-8").split(), split))
    return lambda name: splits.get(name, "")
