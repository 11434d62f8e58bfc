"""Convert pictures whose brightness and colours lie in two planes: NV12, NV21 and NV24.

The first plane holds Y of each pixel; the second holds U and V in pairs (NV21: V and U), of each
pixel (NV24) or of each square of four. Values are in the narrow range of BT.601.
"""

from collections.abc import Callable
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

_BT_601: Final = np.array([[1.164, 0.0, 1.596], [1.164, -0.391, -0.813], [1.164, 2.018, 0.0]])
_BLACK: Final = np.array([16.0, 128.0, 128.0])
_NV24: Final = np.column_stack([_BT_601, -_BT_601 @ _BLACK])

PLANES: Final = {"nv12": 1.5, "nv21": 1.5, "nv24": 3.0}
"""Bytes of a pixel, by encoding."""


def planes_to_rgb(data: NDArray[np.uint8], encoding: str, size: tuple[int, int]) -> NDArray:
    """Return a picture as uint8 [H,W,3], RGB.

    Args:
        data: uint8 of `PLANES[encoding]` * H * W values, without padding.
        encoding: A key of `PLANES`.
        size: (H, W), even for NV12 and NV21.
    """
    return _TO_RGB[encoding](data, *size)


def _subsampled(code: int) -> Callable[[NDArray[np.uint8], int, int], NDArray]:
    return lambda data, height, width: cv2.cvtColor(data.reshape(height * 3 // 2, width), code)


def _full(data: NDArray[np.uint8], height: int, width: int) -> NDArray:
    brightness, colours = np.split(data, [height * width])
    pairs = colours.reshape(height, width, 2)
    return cv2.transform(np.dstack([brightness.reshape(height, width), pairs]), _NV24)


_TO_RGB: Final = {
    "nv12": _subsampled(cv2.COLOR_YUV2RGB_NV12),
    "nv21": _subsampled(cv2.COLOR_YUV2RGB_NV21),
    "nv24": _full,
}
