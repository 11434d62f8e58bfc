"""Where the prompts of automatic masks stand: in a blind grid, or where they can change an answer.

A mask changes what f says where it overrules pixels: where f is unsure, and on either side of where
its segments meet. Where f is sure of a wide stretch one prompt does as well as a hundred.
"""

from __future__ import annotations

from itertools import pairwise

import cv2
import numpy as np
from numpy.typing import NDArray


def point_grid(per_side: int, shape: tuple[int, int]) -> NDArray[np.float64]:
    """Points in the middles of equal cells, row by row.

    Args:
        per_side: cells along each side of the picture, at least 1.
        shape: height and width of the picture.

    Returns:
        float64 [per_side ** 2, 2] as x, y in pixels.

    Example:
        >>> point_grid(2, (4, 8)).tolist()
        [[2.0, 1.0], [6.0, 1.0], [2.0, 3.0], [6.0, 3.0]]
    """
    middles = (np.arange(per_side) + 0.5) / per_side
    x, y = np.meshgrid(middles * shape[1], middles * shape[0])
    return np.stack([x, y], axis=-1).reshape(-1, 2)


def chosen_points(
    scores: NDArray[np.float32], count: int, *, cells: int = 32, of_segments: float = 0.75
) -> NDArray[np.float64]:
    """Points for one picture.

    Args:
        scores: f's, softmax, float32 [M, H, W].
        count: most points that are wanted, at least 1.
        cells: along each side of the picture; at most one unsure point stands in each.
        of_segments: share of the points that stand in the middles of f's segments, the largest
            first, in [0, 1]; what they leave goes to where f is least sure.

    Returns:
        float64 [N, 2] as x, y in pixels, N at most `count`.
    """
    middles = _middles(scores.argmax(axis=0).astype(np.uint8), round(of_segments * count))
    unsure = _unsure(scores, cells)[: count - len(middles)]
    return np.concatenate([middles, unsure]).astype(np.float64)


def _middles(labels: NDArray[np.uint8], count: int) -> NDArray[np.intp]:
    """Of each connected segment the pixel that is farthest from its rim; the largest first."""
    found: list[tuple[int, int, int]] = []
    for label in np.unique(labels):
        mask = np.pad((labels == label).astype(np.uint8), 1)
        depth = cv2.distanceTransform(mask, cv2.DIST_L2, 3)
        parts, ids, stats, _ = cv2.connectedComponentsWithStats(mask, connectivity=4)
        for part in range(1, parts):
            left, top, width, height, area = stats[part]
            box = np.s_[top : top + height, left : left + width]
            inner = np.where(ids[box] == part, depth[box], -1.0)
            row, column = np.unravel_index(int(inner.argmax()), inner.shape)
            found.append((int(area), int(left + column) - 1, int(top + row) - 1))
    found.sort(reverse=True)
    return np.array([(x, y) for _, x, y in found[:count]], np.intp).reshape(-1, 2)


def _unsure(scores: NDArray[np.float32], cells: int) -> NDArray[np.intp]:
    """The least sure pixel of each cell, the least sure cell first."""
    height, width = scores.shape[1:]
    if len(scores) == 1:
        doubt = 1 - scores[0]
    else:
        two = np.partition(scores, len(scores) - 2, axis=0)[-2:]
        doubt = 1 - (two[1] - two[0])
    # A lone pixel says little: its surroundings count too.
    doubt = cv2.blur(doubt, (5, 5))
    rows = np.unique(np.linspace(0, height, cells + 1).astype(int))
    columns = np.unique(np.linspace(0, width, cells + 1).astype(int))
    found = []
    for top, bottom in pairwise(rows):
        for left, right in pairwise(columns):
            cell = doubt[top:bottom, left:right]
            row, column = np.unravel_index(int(cell.argmax()), cell.shape)
            found.append((-float(cell.mean()), int(left + column), int(top + row)))
    found.sort()
    return np.array([(x, y) for _, x, y in found], np.intp).reshape(-1, 2)
