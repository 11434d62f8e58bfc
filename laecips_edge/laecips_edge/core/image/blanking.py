"""Blank the parts of a camera's pictures that nobody may see: people's desks, signs, a neighbour.

Blanked pixels are black before anything else sees the picture, have no class, and no confidence.
"""

from __future__ import annotations

import threading
from collections.abc import Sequence
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

NO_CLASS: Final = 255
_FRACTION_BITS: Final = 8  # of the corners that OpenCV draws

Polygon = tuple[tuple[float, float], ...]
"""Corners (x, y) as shares of width and height, in [0, 1]."""


def read_polygon(text: str) -> Polygon:
    """Read a polygon from a text such as `0,0 0.3,0 0.3,0.2`.

    Raises:
        ValueError: it has fewer than three corners, or a corner is not two numbers in [0, 1].
    """
    corners = []
    for corner in text.split():
        try:
            x, y = (float(number) for number in corner.split(","))
        except ValueError:
            raise ValueError(f"{text!r}: {corner!r} is not x,y") from None
        if not (0 <= x <= 1 and 0 <= y <= 1):  # nor is NaN
            raise ValueError(f"{text!r}: {corner!r} lies outside 0 to 1, the sides of the picture")
        corners.append((x, y))
    if len(corners) < 3:
        raise ValueError(f"{text!r} has {len(corners)} corners: give at least 3, as 0,0 1,0 1,1")
    return tuple(corners)


class Blanking:
    """What is blanked in the pictures of one camera, whatever their size. Safe for several threads.

    Args:
        polygons: blanked parts.
        regions: parts of interest: all outside them is blanked; none: everything is of interest.

    Example:
        blanking = Blanking([read_polygon("0,0 0.3,0 0.3,0.2 0,0.2")])
        rgb = blanking.rgb(rgb)
    """

    def __init__(self, polygons: Sequence[Polygon] = (), regions: Sequence[Polygon] = ()) -> None:
        self._polygons = tuple(polygons)
        self._regions = tuple(regions)
        self._lock = threading.Lock()
        self._kept: dict[tuple[int, int], NDArray[np.uint8]] = {}

    def __bool__(self) -> bool:
        """Return whether anything is blanked."""
        return bool(self._polygons or self._regions)

    def mask(self, size: tuple[int, int]) -> NDArray[np.uint8]:
        """Return what is blanked in a picture of a size (rows, columns): uint8 [H,W], 0 or 1."""
        return np.asarray(self._keep(size) == 0, np.uint8)

    def rgb(self, rgb: NDArray[np.uint8]) -> NDArray[np.uint8]:
        """Return a picture, uint8 [H,W,3], with black where it is blanked; new memory then."""
        return self._filled(rgb, 0)

    def depth(self, depth: NDArray[np.uint16]) -> NDArray[np.uint16]:
        """Return a depth image, uint16 [H,W], with 0 (unknown) where it is blanked."""
        return self._filled(depth, 0)

    def maps(
        self, label_map: NDArray[np.uint8], confidence_map: NDArray[np.uint8]
    ) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
        """Return both maps of a frame, uint8 [H,W]: no class and no confidence where blanked."""
        return self._filled(label_map, NO_CLASS), self._filled(confidence_map, 0)

    def _filled(self, pixels: NDArray, value: int) -> NDArray:
        if not self:
            return pixels
        filled = np.full_like(pixels, value)
        cv2.copyTo(pixels, self._keep((pixels.shape[0], pixels.shape[1])), filled)
        return filled

    def _keep(self, size: tuple[int, int]) -> NDArray[np.uint8]:
        """Return 255 where a picture of a size is kept, 0 where it is blanked."""
        with self._lock:
            if size not in self._kept:
                if len(self._kept) >= 4:  # a camera has one size, its depth and maps others
                    self._kept.clear()
                self._kept[size] = self._drawn(size)
            return self._kept[size]

    def _drawn(self, size: tuple[int, int]) -> NDArray[np.uint8]:
        keep = np.full(size, 0 if self._regions else 255, np.uint8)
        for polygon in self._regions:
            _draw(keep, polygon, 255)
        for polygon in self._polygons:  # last: what is private is so in a region of interest too
            _draw(keep, polygon, 0)
        return keep


def _draw(pixels: NDArray[np.uint8], polygon: Polygon, value: int) -> None:
    """Draw a polygon; a pixel that its contour touches belongs to it."""
    height, width = pixels.shape
    # OpenCV has the centre of the first pixel at 0, a picture begins half a pixel before it.
    corners = np.array(polygon) * [width, height] - 0.5
    fixed = np.rint(corners * (1 << _FRACTION_BITS)).astype(np.int32)
    cv2.fillPoly(pixels, [fixed], value, shift=_FRACTION_BITS)
