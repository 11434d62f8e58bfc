"""Small masks that are packed into a document as a PNG."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray


def packed_mask(png: bytes) -> NDArray[np.bool_]:
    """Decode a PNG of a mask: bool [h, w], true where it is not black, or not see-through.

    Raises:
        ValueError: it cannot be decoded.
    """
    pixels = cv2.imdecode(np.frombuffer(png, np.uint8), cv2.IMREAD_UNCHANGED) if png else None
    if pixels is None:
        raise ValueError("a packed mask that cannot be decoded")
    if pixels.ndim == 3:
        pixels = pixels[:, :, 3] if pixels.shape[2] == 4 else pixels.max(axis=2)
    return np.asarray(pixels > 0)
