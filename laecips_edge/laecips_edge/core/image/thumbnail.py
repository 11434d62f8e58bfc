"""Thumbnails: so few pixels that two pictures can be compared in microseconds."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from laecips_edge.core.link.hard_frame import THUMBNAIL_SIDE


def thumbnail_of(rgb: NDArray[np.uint8]) -> bytes:
    """Return the thumbnail of a picture: 8 x 8 pixels RGB, row by row, 192 bytes.

    Args:
        rgb: uint8 [H,W,3].
    """
    side = (THUMBNAIL_SIDE, THUMBNAIL_SIDE)
    return cv2.resize(rgb, side, interpolation=cv2.INTER_AREA).tobytes()
