"""The picture that the benchmarks of the edge node send: one of the bundle's own kind of scene.

On noise f changes its class from pixel to pixel, and what makes maps would take longer than it does
on a robot.
"""

from __future__ import annotations

import cv2
import numpy as np
from laecips_edge.core.bundle.bundle import Bundle
from numpy.typing import NDArray


def scene_picture(bundle: Bundle, size: tuple[int, int]) -> NDArray[np.uint8]:
    """Return the bundle's first agreement frame at another size, uint8 [H,W,3]; grey if none.

    Args:
        bundle: the bundle.
        size: rows, columns.
    """
    frames = bundle.agreement()
    if not frames:
        return np.full((*size, 3), 128, np.uint8)
    return np.asarray(cv2.resize(frames[0].rgb, size[::-1]), np.uint8)
