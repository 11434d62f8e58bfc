"""Removal of a mask's holes and islands that are too small to matter."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from laecips_cloud.masks import Mask

Boolean = NDArray[np.bool_]


def without_small_regions(mask: Mask, shape: tuple[int, int], min_area: int) -> Mask:
    """Fill holes and remove islands of fewer than `min_area` pixels.

    Keep the largest island always. A pixel has eight neighbours.

    Args:
        mask: at least one pixel in size.
        shape: height and width of the picture.
        min_area: least area that is kept, pixels.

    Returns:
        The mask; the same object where nothing changes.
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
    # The picture continues beyond the crop: a hole that meets the crop's edge may be larger.
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
