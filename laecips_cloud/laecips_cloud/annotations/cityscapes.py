"""Cityscapes: leftImg8bit and gtFine, masks of label ids.

Cordts et al., "The Cityscapes Dataset for Semantic Urban Scene Understanding", 2016. Its 19
evaluated classes are classes; what it does not evaluate has none.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from laecips_cloud.annotations.documents import documents, split_of
from laecips_cloud.annotations.shapes import AnnotatedPicture, Annotations, Shape, where
from laecips_cloud.training.data.folder.stored_pictures import read_mask

_NAMES: Final = (
    "unlabeled, ego vehicle, rectification border, out of roi, static, dynamic, ground, road, "
    "sidewalk, parking, rail track, building, wall, fence, guard rail, bridge, tunnel, pole, "
    "polegroup, traffic light, traffic sign, vegetation, terrain, sky, person, rider, car, truck, "
    "bus, caravan, trailer, train, motorcycle, bicycle"
)
IDS: Final = _NAMES.split(", ")
_VOID: Final = {
    *IDS[:7],
    *("parking", "rail track", "guard rail", "bridge", "tunnel", "polegroup"),
    *("caravan", "trailer"),
}
_ENDING: Final = "_labelIds.png"


def read(source: Path) -> Annotations:
    """Read the folder that holds gtFine (or gtCoarse) and leftImg8bit.

    Raises:
        DatasetError: there is no mask of label ids.
    """
    masks = documents(source, f"**/*{_ENDING}", what="mask of label ids")

    def pictures() -> Iterator[AnnotatedPicture]:
        for path in masks:
            stored = read_mask(path)
            kind, split, city = (folder.name for folder in (*path.parents,)[2::-1])
            name = path.name.removesuffix(f"_{kind}{_ENDING}")
            yield AnnotatedPicture(
                picture=f"leftImg8bit/{split}/{city}/{name}_leftImg8bit.*",
                name=f"{city}/{name}",
                shapes=parse(stored),
                size=(stored.shape[0], stored.shape[1]),
                split=split_of(split),
                near=str(path.parents[3]),
            )

    return Annotations(
        categories=tuple(name for name in IDS if name not in _VOID),
        pictures=pictures,
        void=tuple(name for name in IDS if name in _VOID),
        background="",
    )


def parse(stored: NDArray) -> list[Shape]:
    """Return one shape for each id that is there."""
    return [
        Shape(IDS[value] if value < len(IDS) else f"id {value}", where(stored, value))
        for value in map(int, np.unique(stored))
    ]
