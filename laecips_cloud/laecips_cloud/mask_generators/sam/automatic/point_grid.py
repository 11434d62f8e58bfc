"""Where the prompts of automatic masks stand."""

from __future__ import annotations

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
