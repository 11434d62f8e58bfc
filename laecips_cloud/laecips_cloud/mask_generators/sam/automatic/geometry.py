"""How a picture, the square that SAM looks at and its small masks lie on each other."""

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
        resized: pixels of it in SAM's square; the rest is padding.
        step: pixels of the square to one of a small mask.
        operator: float32 [picture, small mask]: a small mask at the size of the picture, resized to
            the square and from there to the picture, linearly both times.
    """

    picture: int
    resized: int
    step: float
    operator: Floats

    @property
    def small(self) -> int:
        """Pixels of a small mask that show some of the picture."""
        return int(np.ceil(self.resized / self.step))

    @property
    def felt(self) -> int:
        """Pixels of a small mask that the picture hangs on: one of the padding's may be among."""
        return min(self.operator.shape[1], self.small + 1)

    def place(self, small: float) -> float:
        """A position in a small mask as one in the picture; whole numbers are pixels' middles."""
        return (small + 0.5) * self.step * self.picture / self.resized - 0.5


class Geometry(NamedTuple):
    """Both sides."""

    rows: Axis
    columns: Axis

    def to_square(self, points: Doubles) -> Floats:
        """Points [N, 2] as x, y in pixels of the picture -> float32, in those of the square."""
        scales = [axis.resized / axis.picture for axis in (self.columns, self.rows)]
        return (points * scales).astype(np.float32)


@lru_cache(maxsize=16)  # crops of a picture have a few sizes
def geometry(shape: tuple[int, int], square: int, small: int) -> Geometry:
    """Where a picture lies.

    Args:
        shape: height and width of the picture.
        square: pixels along a side of the square, to which the longer side is resized.
        small: pixels along a side of a small mask, which shows all of the square.
    """
    rows, columns = (
        _axis(length, resized, square, small)
        for length, resized in zip(shape, fitted(shape, square), strict=True)
    )
    return Geometry(rows, columns)


def fitted(shape: tuple[int, int], side: int) -> tuple[int, int]:
    """Height and width of a picture whose longer side is made so long, as SAM rounds them."""
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
    """The two pixels that each of a resized line lies between, each with its weight."""
    places = np.maximum((np.arange(out) + 0.5) * (source / out) - 0.5, 0.0)
    low = np.minimum(places.astype(np.intp), source - 1)
    part = places - low
    return [(low, 1.0 - part), (np.minimum(low + 1, source - 1), part)]
