"""Tiles: a large picture as windows of one size, for a network that takes no larger ones."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

OVERLAP: Final = 32
"""Pixels that neighbouring tiles share. Each answers for half of them: at its own border a network
has seen less of what surrounds a pixel."""


@dataclass(frozen=True)
class Tiling:
    """Windows of one size that cover a picture, neighbours overlapping by `OVERLAP` pixels.

    Attributes:
        tile: (rows, columns) of a tile, in pixels.
        grid: (rows, columns) of tiles; one tile is the whole picture.

    Example:
        >>> Tiling((100, 200), (1, 2)).picture
        (100, 368)
    """

    tile: tuple[int, int]
    grid: tuple[int, int] = (1, 1)

    @property
    def picture(self) -> tuple[int, int]:
        """(Rows, columns) of the picture that the tiles cover."""
        height, width = (
            count * side - (count - 1) * OVERLAP
            for count, side in zip(self.grid, self.tile, strict=True)
        )
        return height, width

    def can_be_joined(self, stride: int) -> bool:
        """Return whether what a network gives at this stride for the tiles fits together."""
        sides = (*self.tile, OVERLAP)
        return max(self.grid) == 1 or (
            min(self.tile) > OVERLAP and not any(side % stride for side in sides)
        )

    def windows(self) -> list[tuple[slice, slice]]:
        """Return the rows and columns of each tile, from the top left, row by row."""
        (height, width), (rows, columns) = self.tile, self.grid
        return [
            (slice(top, top + height), slice(left, left + width))
            for top in (row * (height - OVERLAP) for row in range(rows))
            for left in (column * (width - OVERLAP) for column in range(columns))
        ]

    def join(self, parts: Sequence[NDArray[np.float32]], *, stride: int) -> NDArray[np.float32]:
        """Join what a network gave for the tiles; seams run along the middle of the overlaps.

        Args:
            parts: float32 [M,h,w] of each tile, in the order of `windows`.
            stride: pixels of the picture for a pixel of the parts, see `can_be_joined`.

        Returns:
            float32 [M,H,W].
        """
        if len(parts) == 1:
            return parts[0]
        cut, (rows, columns) = OVERLAP // stride // 2, self.grid
        lines = []
        for row in range(rows):
            line = parts[row * columns : (row + 1) * columns]
            middle = [part[:, :, _kept(i, columns, cut)] for i, part in enumerate(line)]
            lines.append(np.concatenate(middle, axis=2)[:, _kept(row, rows, cut)])
        return np.ascontiguousarray(np.concatenate(lines, axis=1))


def _kept(place: int, count: int, cut: int) -> slice:
    """Return what a tile at a place of a row of `count` answers for; borders of a picture too."""
    return slice(cut if place else 0, -cut if place < count - 1 else None)
