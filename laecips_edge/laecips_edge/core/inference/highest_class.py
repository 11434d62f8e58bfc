"""The class with the highest bilinearly up-sampled score of each pixel, computed where it changes.

Between four neighbouring scores lies a cell of pixels, whose scores are means of these four. If one
class is the highest of all four, it is the highest of every pixel of the cell, and most cells are
like that. Only in the others the scores of the pixels are computed.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Final

import numpy as np
from numpy.typing import NDArray

MOST_MIXED: Final = 0.25
"""Share of mixed cells above which to up-sample everything is quicker."""


@dataclass(frozen=True, kw_only=True)
class CellAxis:
    """The cells along one side, from before the first score to after the last.

    Attributes:
        counts: int64 [n+1], pixels of each cell.
        starts: int64 [n+1], first pixel of each.
        weights: float32 [n+1,K], weight of the cell's second score for each of its pixels, K the
            largest count; what lies beyond a smaller count has no meaning.
    """

    counts: NDArray[np.int64]
    starts: NDArray[np.int64]
    weights: NDArray[np.float32]

    @property
    def inside(self) -> NDArray[np.bool_]:
        """Which of the weights belong to pixels of the cell, bool [n+1,K]."""
        return np.arange(self.weights.shape[1]) < self.counts[:, np.newaxis]


@lru_cache(maxsize=8)
def cells_along(scores: int, pixels: int) -> CellAxis:
    """Return the cells between so many scores for so many pixels, with pixel centres at .5."""
    places = (np.arange(pixels) + 0.5) * scores / pixels - 0.5
    cells = np.floor(places).astype(np.int64)
    counts = np.bincount(cells + 1, minlength=scores + 1)
    starts = np.cumsum(counts) - counts
    pixel = starts[:, np.newaxis] + np.arange(counts.max())
    weights = places[np.minimum(pixel, pixels - 1)] - np.arange(-1, scores)[:, np.newaxis]
    return CellAxis(counts=counts, starts=starts, weights=weights.astype(np.float32))


def highest_class(logits: NDArray[np.float32], size: tuple[int, int]) -> NDArray[np.uint8] | None:
    """Return the class with the highest up-sampled score, ties to the lower class.

    Args:
        logits: float32 [M,h,w], M at most 255.
        size: (H,W) of the result, not smaller than (h,w).

    Returns:
        uint8 [H,W]; None if too many cells are mixed.
    """
    rows, columns = cells_along(logits.shape[1], size[0]), cells_along(logits.shape[2], size[1])
    around = np.pad(logits.argmax(axis=0).astype(np.uint8), 1, mode="edge")
    first = around[:-1, :-1]
    mixed = (first != around[1:, :-1]) | (first != around[:-1, 1:]) | (first != around[1:, 1:])
    y, x = np.nonzero(mixed)
    if len(y) > MOST_MIXED * mixed.size:
        return None
    labels = first.repeat(columns.counts, axis=1).repeat(rows.counts, axis=0)
    if len(y):
        found = _mixed(logits, y, x, rows.weights[y], columns.weights[x])
        inside = rows.inside[y][:, :, np.newaxis] & columns.inside[x][:, np.newaxis, :]
        row = rows.starts[y, np.newaxis] + np.arange(inside.shape[1])
        column = columns.starts[x, np.newaxis] + np.arange(inside.shape[2])
        place = row[:, :, np.newaxis] * size[1] + column[:, np.newaxis, :]
        labels.reshape(-1)[place[inside]] = found[inside]
    return labels


def _mixed(
    logits: NDArray[np.float32],
    y: NDArray[np.int64],
    x: NDArray[np.int64],
    down: NDArray[np.float32],
    right: NDArray[np.float32],
) -> NDArray[np.uint8]:
    """Return the highest class of each pixel of N cells, uint8 [N,K,L].

    Args:
        logits: float32 [M,h,w].
        y: int64 [N], row of each cell.
        x: int64 [N], column of each cell.
        down: float32 [N,K], weights of the lower scores for the rows of each cell.
        right: float32 [N,L], of the right ones for its columns.
    """
    classes, height, width = logits.shape
    top, bottom = np.maximum(y - 1, 0), np.minimum(y, height - 1)
    before, after = np.maximum(x - 1, 0), np.minimum(x, width - 1)
    flat = logits.reshape(classes, -1)
    corners = [
        flat[:, row * width + column][:, :, np.newaxis]
        for row in (top, bottom)
        for column in (before, after)
    ]
    upper = corners[0] + (corners[1] - corners[0]) * right
    lower = corners[2] + (corners[3] - corners[2]) * right
    lower -= upper
    best = np.empty((len(y), down.shape[1], right.shape[1]), np.float32)
    plane, wins = np.empty_like(best), np.empty(best.shape, np.uint8)
    labels = np.zeros(best.shape, np.uint8)
    for label in range(classes):
        out = plane if label else best
        np.multiply(lower[label][:, np.newaxis, :], down[:, :, np.newaxis], out=out)
        out += upper[label][:, np.newaxis, :]
        if label:
            np.greater(plane, best, out=wins.view(bool))
            np.multiply(wins, np.uint8(label), out=wins)
            np.maximum(labels, wins, out=labels)
            np.maximum(best, plane, out=best)
    return labels
