"""Non-maximum suppression of boxes, without torch."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray


def suppress(boxes: NDArray[np.float64], scores: NDArray[np.float64], max_iou: float) -> list[int]:
    """Keep the best of the boxes that overlap.

    Args:
        boxes: float64 [N, 4] as x0, y0, x1, y1.
        scores: float64 [N]; of equal scores the earlier box wins.
        max_iou: a box is dropped when its IoU with a better kept box exceeds this.

    Returns:
        Indices of the kept boxes, the best first.
    """
    areas = (boxes[:, 2] - boxes[:, 0]) * (boxes[:, 3] - boxes[:, 1])
    left = np.argsort(-scores, kind="stable")
    kept = []
    while left.size:
        best, left = int(left[0]), left[1:]
        kept.append(best)
        sides = np.minimum(boxes[best, 2:], boxes[left, 2:]) - np.maximum(
            boxes[best, :2], boxes[left, :2]
        )
        overlap = sides.clip(min=0).prod(axis=1)
        # Compare products instead of a quotient: boxes one pixel wide have no area.
        left = left[overlap <= max_iou * (areas[best] + areas[left] - overlap)]
    return kept
