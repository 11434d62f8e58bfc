"""Holes and islands of a mask that are too small to mean anything."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from laecips_cloud.masks import Mask

Boolean = NDArray[np.bool_]


def without_small_regions(mask: Mask, shape: tuple[int, int], min_area: int) -> Mask:
    """Fills holes and removes islands of fewer than `min_area` pixels.

    The largest island always stays. Neighbours are the eight around a pixel.

    Args:
        mask: at least one pixel large.
        shape: height and width of the picture.
        min_area: pixels.

    Returns:
        The mask itself where nothing changes.
    """
    filled = _with_holes_filled(mask, shape, min_area)
    pixels = _without_islands(filled, min_area)
    if pixels is mask.pixels:
        return mask
    part = Mask.crop(pixels)
    return Mask(mask.top + part.top, mask.left + part.left, part.pixels)


def _with_holes_filled(mask: Mask, shape: tuple[int, int], min_area: int) -> Boolean:
    pixels = mask.pixels
    height, width = pixels.shape
    _, parts, stats, _ = cv2.connectedComponentsWithStats(
        (~pixels).astype(np.uint8), connectivity=8
    )
    small = stats[:, cv2.CC_STAT_AREA] < min_area
    small[0] = False  # the mask
    # The picture goes on beyond the crop, and what meets its edge there is larger than it looks.
    edges = (
        (mask.top > 0, parts[0]),
        (mask.left > 0, parts[:, 0]),
        (mask.top + height < shape[0], parts[-1]),
        (mask.left + width < shape[1], parts[:, -1]),
    )
    for open_, edge in edges:
        if open_:
            small[edge] = False
    return pixels | small[parts] if small.any() else pixels


def _without_islands(pixels: Boolean, min_area: int) -> Boolean:
    _, parts, stats, _ = cv2.connectedComponentsWithStats(pixels.astype(np.uint8), connectivity=8)
    areas = stats[:, cv2.CC_STAT_AREA].copy()
    areas[0] = 0  # what is not the mask
    keeps = areas >= min_area
    keeps[0] = False
    if not keeps.any():
        keeps[np.argmax(areas)] = True
    if keeps[1:].all():
        return pixels
    return np.asarray(keeps[parts], np.bool_)
