"""Prompts of automatic masks: a regular grid, or points where a mask can change the answer.

A mask changes f's labels where it overrules pixels: where f is unsure, and on both sides of the
boundaries of f's segments. Within a large segment of which f is sure, one prompt is enough.
"""

from __future__ import annotations

from itertools import pairwise

import cv2
import numpy as np
from numpy.typing import NDArray


def point_grid(per_side: int, shape: tuple[int, int]) -> NDArray[np.float64]:
    """Return the centres of equal cells, row by row.

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
    """Return prompts for one picture, chosen from f's scores.

    Args:
        scores: f's softmax scores, float32 [M, H, W].
        count: largest number of points, at least 1.
        cells: cells along each side of the picture; each gets at most one unsure point.
        of_segments: share of the points in the centres of f's segments, the largest segments
            first, in [0, 1]; the remaining points go where f is least sure.

    Returns:
        float64 [N, 2] as x, y in pixels, N at most `count`.
    """
    middles = _middles(scores.argmax(axis=0).astype(np.uint8), round(of_segments * count))
    unsure = _unsure(scores, cells)[: count - len(middles)]
    return np.concatenate([middles, unsure]).astype(np.float64)


def _middles(labels: NDArray[np.uint8], count: int) -> NDArray[np.intp]:
    """Return each connected segment's pixel farthest from its contour; largest segment first."""
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
    """Return the least sure pixel of each cell, the least sure cell first."""
    height, width = scores.shape[1:]
    if len(scores) == 1:
        doubt = 1 - scores[0]
    else:
        two = np.partition(scores, len(scores) - 2, axis=0)[-2:]
        doubt = 1 - (two[1] - two[0])
    # A single unsure pixel is noise: average its surroundings.
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
