"""Coordinates of a picture, of SAM's padded square and of its small masks."""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]
Doubles = NDArray[np.float64]


class Axis(NamedTuple):
    """One side, rows or columns.

    Attributes:
        picture: pixels of the picture.
        resized: pixels of the picture in SAM's square; the rest is padding.
        step: pixels of the square per pixel of a small mask.
        operator: float32 [picture, small mask]; brings a small mask to the size of the picture, by
            way of the square, with linear interpolation both times.
    """

    picture: int
    resized: int
    step: float
    operator: Floats

    @property
    def small(self) -> int:
        """The number of a small mask's pixels that show some of the picture."""
        return int(np.ceil(self.resized / self.step))

    @property
    def felt(self) -> int:
        """The number of a small mask's pixels that affect the picture, at most one of padding."""
        return min(self.operator.shape[1], self.small + 1)

    def place(self, small: float) -> float:
        """Convert a position in a small mask to the picture; integers are pixel centres."""
        return (small + 0.5) * self.step * self.picture / self.resized - 0.5


class PictureAxes(NamedTuple):
    """The axes of both sides of a picture."""

    rows: Axis
    columns: Axis

    def to_square(self, points: Doubles) -> Floats:
        """Convert points, [N, 2] as x, y, from the picture's to the square's pixels, float32."""
        scales = [axis.resized / axis.picture for axis in (self.columns, self.rows)]
        return (points * scales).astype(np.float32)


@lru_cache(maxsize=16)  # crops of a picture have a few sizes
def geometry(shape: tuple[int, int], square: int, small: int) -> PictureAxes:
    """Return the geometry of a picture.

    Args:
        shape: height and width of the picture.
        square: pixels along a side of the square; the picture's longer side is resized to it.
        small: pixels along a side of a small mask, which shows the whole square.
    """
    rows, columns = (
        _axis(length, resized, square, small)
        for length, resized in zip(shape, fitted(shape, square), strict=True)
    )
    return PictureAxes(rows, columns)


def fitted(shape: tuple[int, int], side: int) -> tuple[int, int]:
    """Return height and width with the longer side resized to `side`, rounded as SAM does."""
    scale = side / max(shape)
    height, width = (max(1, int(length * scale + 0.5)) for length in shape)
    return height, width


def _axis(picture: int, resized: int, square: int, small: int) -> Axis:
    to_square = np.zeros((square, small), np.float64)
    for index, weight in _linear(square, small):
        np.add.at(to_square, (np.arange(square), index), weight)
    operator = np.zeros((picture, small), np.float64)
    for index, weight in _linear(picture, resized):
        operator += weight[:, np.newaxis] * to_square[index]
    return Axis(picture, resized, square / small, operator.astype(np.float32))


def _linear(out: int, source: int) -> list[tuple[NDArray[np.intp], Doubles]]:
    """Return the two source pixels around each resized pixel, each with its weight."""
    places = np.maximum((np.arange(out) + 0.5) * (source / out) - 0.5, 0.0)
    low = np.minimum(places.astype(np.intp), source - 1)
    part = places - low
    return [(low, 1.0 - part), (np.minimum(low + 1, source - 1), part)]
