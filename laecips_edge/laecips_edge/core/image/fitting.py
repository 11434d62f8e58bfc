"""Bring a picture to another size: in the same way on robots, in training and in the cloud."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray


def fit_depth(depth: NDArray[np.uint16], size: tuple[int, int]) -> NDArray[np.uint16]:
    """Return a depth image at another size, by the nearest neighbour.

    The mean of the depths across an edge would be the depth of no object.

    Args:
        depth: uint16 [H,W] in millimetres.
        size: (rows, columns) of the result.

    Returns:
        uint16 [h,w]; `depth` itself if it has the size.
    """
    if depth.shape == size:
        return depth
    return np.asarray(cv2.resize(depth, size[::-1], interpolation=cv2.INTER_NEAREST), np.uint16)


def fit(rgb: NDArray[np.uint8], size: tuple[int, int]) -> NDArray[np.uint8]:
    """Return a picture at another size, whatever its sides.

    A smaller one is averaged over areas, or a thin scratch would fall between the pixels that are
    read.

    Args:
        rgb: uint8 [H,W,3].
        size: (rows, columns) of the result.

    Returns:
        uint8 [h,w,3]; `rgb` itself if it has the size.
    """
    if rgb.shape[:2] == size:
        return rgb
    smaller = rgb.shape[0] * rgb.shape[1] > size[0] * size[1]
    method = cv2.INTER_AREA if smaller else cv2.INTER_LINEAR
    return np.asarray(cv2.resize(rgb, size[::-1], interpolation=method), np.uint8)
