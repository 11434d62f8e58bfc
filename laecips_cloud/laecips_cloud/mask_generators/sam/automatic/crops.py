"""Crops: parts of a picture that SAM sees separately, to find small objects."""

from __future__ import annotations

import math
from typing import NamedTuple

Box = tuple[int, int, int, int]

_NEAR = 20
"""Pixels: a mask that ends so near to where a crop was cut goes on beyond it."""


class Crop(NamedTuple):
    """A rectangular part of a picture.

    Attributes:
        layer: 0 for the whole picture, 1 for one of its 4 crops, 2 for one of 16, ...
        top, left, height, width: position and size, pixels of the picture.
        picture: height and width of the picture.
    """

    layer: int
    top: int
    left: int
    height: int
    width: int
    picture: tuple[int, int]

    @property
    def shape(self) -> tuple[int, int]:
        """Height and width, pixels."""
        return self.height, self.width

    @property
    def window(self) -> tuple[slice, slice]:
        """The slices of the picture's rows and columns."""
        return (
            slice(self.top, self.top + self.height),
            slice(self.left, self.left + self.width),
        )

    def moved(self, box: Box) -> Box:
        """Convert a box x0, y0, x1, y1 from the crop's to the picture's pixels."""
        x0, y0, x1, y1 = box
        return x0 + self.left, y0 + self.top, x1 + self.left, y1 + self.top

    def cuts(self, box: Box) -> bool:
        """Return whether a mask is cut off: its box ends at an edge of the crop inside the picture.

        Args:
            box: x0, y0, x1, y1 in the picture.
        """
        height, width = self.picture
        mine = (self.left, self.top, self.left + self.width, self.top + self.height)
        return any(
            abs(side - edge) <= _NEAR < abs(side - end)
            for side, edge, end in zip(box, mine, (0, 0, width, height), strict=True)
        )


def whole(shape: tuple[int, int]) -> Crop:
    """Return the whole picture as a crop."""
    return Crop(0, 0, 0, *shape, shape)


def crops(shape: tuple[int, int], layers: int, overlap_ratio: float) -> list[Crop]:
    """Return the whole picture, then 2 ** layer crops per side for each layer, by columns.

    Args:
        shape: height and width of the picture.
        layers: number of layers of crops; a layer for which the picture is too small is omitted.
        overlap_ratio: overlap of the first layer's crops, as a share of the short side; each
            further layer halves it.

    Example:
        >>> [crop[1:5] for crop in crops((60, 80), 1, 1 / 3)]
        [(0, 0, 60, 80), (0, 0, 40, 50), (20, 0, 40, 50), (0, 30, 40, 50), (20, 30, 40, 50)]
    """
    height, width = shape
    found = [whole(shape)]
    for layer in range(1, layers + 1 if min(shape) >= 4**layers else 1):
        count = 2**layer
        overlap = int(overlap_ratio * min(shape) * (2 / count))
        high, wide = (math.ceil((overlap * (count - 1) + side) / count) for side in shape)
        for column in range(count):
            for row in range(count):
                top, left = row * (high - overlap), column * (wide - overlap)
                found.append(
                    Crop(layer, top, left, min(high, height - top), min(wide, width - left), shape)
                )
    return found
