"""The input size that keeps the detail of pictures for what a robot's frame may cost."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from laecips_edge.core.image.tiling import OVERLAP, Tiling

from laecips_eval.datasets.sizing.detail import THIN, Detail

BUDGET: Final = 360 * 480
"""Pixels of a tile, at most: what the shipped f takes, whose cost a robot is known to afford."""

ALLOWED: Final = 0.05
"""Share of a class's regions that may be lost before a picture is cut into more tiles."""

MOST_TILES: Final = 4
_STEP: Final = 8  # sides that are multiples of it run faster
_SMALLEST: Final = 32  # that f takes

Grid = tuple[int, int]


@dataclass(frozen=True)
class InputSize:
    """An input size, and why.

    Attributes:
        tiling: size of f's input and grid of tiles.
        detail: the pictures that it was chosen for.
        untiled: share of the regions that would be lost without tiles, by class.
    """

    tiling: Tiling
    detail: Detail
    untiled: Mapping[str, float]

    def __str__(self) -> str:
        """Return one line: what was chosen, what it costs, what is lost."""
        (rows, columns), own = self.tiling.grid, self.detail.size
        parts = [f"input size {_by(self.tiling.tile)} for pictures of {_by(own)}"]
        if rows * columns > 1:
            parts[0] += f", cut into {rows}x{columns} tiles"
            parts.append(f"a frame costs {rows * columns} times as much as without tiles")
            parts.append(f"without, {_lost(self.untiled)}")
            parts.append(f"with them, {_lost(self.detail.lost(self.tiling.picture))}")
            return "; ".join(parts)
        if self.tiling.picture != own:
            parts.append("a frame costs about what the shipped pair's costs")
        parts.append(_lost(self.detail.lost(self.tiling.picture)))
        return "; ".join(parts)


def choose_input_size(detail: Detail, *, grid: Grid | None = None) -> InputSize:
    """Choose an input size, and a grid of tiles where detail would be lost without.

    The proportions of the pictures are kept. They are never enlarged; a tile has at most `BUDGET`
    pixels.

    Args:
        detail: of the pictures.
        grid: (rows, columns) of tiles; None: the fewest tiles, at most four, with which no class
            loses more than one region in twenty.
    """
    untiled = _largest(detail.size, (1, 1))
    tilings = [untiled] if grid is None else [_largest(detail.size, grid)]
    if grid is None:
        tilings += [_of_tiles(detail.size, count) for count in range(2, MOST_TILES + 1)]
    worst = [max(detail.lost(tiling.picture).values(), default=0.0) for tiling in tilings]
    enough = next((i for i, share in enumerate(worst) if share <= ALLOWED), worst.index(min(worst)))
    return InputSize(tilings[enough], detail, detail.lost(untiled.picture))


def _of_tiles(size: tuple[int, int], count: int) -> Tiling:
    """Return the largest tiling of `count` tiles, with tiles that are as square as can be."""
    grids = [(rows, count // rows) for rows in range(1, count + 1) if count % rows == 0]
    return min((_largest(size, grid) for grid in grids), key=lambda tiling: _oblong(tiling.tile))


def _largest(size: tuple[int, int], grid: Grid) -> Tiling:
    """Return the tiling with the largest picture of these proportions."""
    height, width = size
    rows, columns = grid
    more_rows, more_columns = (rows - 1) * OVERLAP, (columns - 1) * OVERLAP
    # (scale * height + more_rows) * (scale * width + more_columns) = pixels of all tiles
    a, b = height * width, height * more_columns + width * more_rows
    c = more_rows * more_columns - BUDGET * rows * columns
    scale = min(1.0, (math.sqrt(b * b - 4 * a * c) - b) / (2 * a))
    if scale == 1.0 and grid == (1, 1):
        return Tiling((max(_SMALLEST, height), max(_SMALLEST, width)))
    sides = ((scale * height + more_rows) / rows, (scale * width + more_columns) / columns)
    smallest = _SMALLEST if grid == (1, 1) else OVERLAP + _STEP
    tile_height, tile_width = (max(smallest, _STEP * round(side / _STEP)) for side in sides)
    return Tiling((tile_height, tile_width), grid)


def _oblong(tile: Sequence[int]) -> float:
    return max(tile) / min(tile)


def _by(size: tuple[int, int]) -> str:
    return f"{size[0]}x{size[1]}"


def _lost(shares: Mapping[str, float]) -> str:
    named = [f"{share:.0%} of {name}'s" for name, share in shares.items() if share >= 0.005]
    if not named:
        return f"no region becomes thinner than {THIN:g} pixels"
    return f"{', '.join(named)} regions become thinner than {THIN:g} pixels"
