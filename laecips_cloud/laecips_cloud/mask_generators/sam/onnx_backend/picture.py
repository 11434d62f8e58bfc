"""A picture as SAM's encoder takes it."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from laecips_cloud.mask_generators.sam.automatic.geometry import Geometry

Triple = tuple[float, float, float]


def square_picture(
    rgb: NDArray[np.uint8], geometry: Geometry, *, square: int, mean: Triple, std: Triple
) -> NDArray[np.float32]:
    """Resizes the longer side to the square, normalises, pads below and on the right.

    Args:
        rgb: uint8 [H, W, 3], RGB.
        geometry: of the picture.
        square: pixels along a side.
        mean, std: of the channels of a picture in 0..255.

    Returns:
        float32 [1, 3, square, square], zero where there is no picture.
    """
    size = (geometry.columns.resized, geometry.rows.resized)
    # Pillow's linear filter widens as the picture shrinks: what SAM was trained on.
    resized = np.asarray(Image.fromarray(rgb).resize(size, Image.Resampling.BILINEAR), np.float32)
    planes = np.zeros((1, 3, square, square), np.float32)
    for channel in range(3):
        plane = (resized[..., channel] - np.float32(mean[channel])) / np.float32(std[channel])
        planes[0, channel, : size[1], : size[0]] = plane
    return planes
