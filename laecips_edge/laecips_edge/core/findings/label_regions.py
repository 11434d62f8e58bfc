"""Connected regions of a label map, largest first."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

MOST_CORNERS: Final = 64
"""Largest number of corners of a contour."""

_COARSEST: Final = 4.0
"""Largest distance of an outline that is no hull to the region's border, in pixels."""

Box = tuple[int, int, int, int]
"""Left, top, width and height, in pixels."""


@dataclass(frozen=True, kw_only=True, eq=False)
class LabelRegion:
    """A connected region of one class.

    Attributes:
        label: index of the class.
        area: number of its pixels.
        box: left, top, width and height, in pixels.
        mask: bool, of the box's size: which pixels of the box belong to it.
        confidence: mean confidence of its pixels, in [0, 1]; NaN where unknown.
    """

    label: int
    area: int
    box: Box
    mask: NDArray[np.bool_]
    confidence: float = float("nan")

    @property
    def window(self) -> tuple[slice, slice]:
        """Rows and columns of the box."""
        left, top, width, height = self.box
        return slice(top, top + height), slice(left, left + width)

    def contour(self) -> NDArray[np.int32]:
        """Return the corners of its outline without its holes, int32 [N, 2] (x, y), N <= 64.

        The outline is a pixel exact, or up to four where it would have more corners; it is the
        convex hull where it would still have more.
        """
        outlines, _ = cv2.findContours(
            self.mask.astype(np.uint8), cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_SIMPLE
        )
        outline = max(outlines, key=len)
        exact = 1.0
        corners = cv2.approxPolyDP(outline, exact, True)
        while len(corners) > MOST_CORNERS:
            if exact == _COARSEST:
                outline = cv2.convexHull(outline)
            exact *= 2
            corners = cv2.approxPolyDP(outline, exact, True)
        return np.asarray(corners.reshape(-1, 2) + self.box[:2], np.int32)


def label_regions(
    label_map: NDArray[np.uint8],
    confidence_map: NDArray[np.uint8] | None,
    labels: Collection[int],
    *,
    smallest: int = 1,
    most: int | None = None,
) -> tuple[list[LabelRegion], int]:
    """Return the connected regions (8 neighbours) of some classes, largest first.

    Args:
        label_map: uint8 [H, W].
        confidence_map: uint8 [H, W], 255: certain; None where there is none.
        labels: indices of the classes.
        smallest: smallest area in pixels; smaller regions are left out.
        most: largest number of regions.

    Returns:
        The regions, and how many more there are for `most`.
    """
    rows: list[tuple[int, int, Box, int, NDArray[np.int32]]] = []
    count = 0
    for label in sorted(set(labels)):
        pixels = cv2.compare(label_map, label, cv2.CMP_EQ)
        x, y, across, down = cv2.boundingRect(pixels)
        if not across:
            continue
        # Findings are few and small, and to number a whole picture's pixels takes milliseconds.
        part = pixels[y : y + down, x : x + across]
        _, parts, stats, _ = cv2.connectedComponentsWithStats(part, connectivity=8)
        stats[:, [cv2.CC_STAT_LEFT, cv2.CC_STAT_TOP]] += (x, y)
        areas = stats[:, cv2.CC_STAT_AREA]
        numbers = np.flatnonzero(areas[1:] >= smallest) + 1  # 0 is the rest of the picture
        count += len(numbers)
        for number in numbers[np.argsort(-areas[numbers], kind="stable")][:most].tolist():
            left, top, width, height, area = stats[number].tolist()
            inside = parts[top - y : top - y + height, left - x : left - x + width]
            rows.append((area, label, (left, top, width, height), number, inside))
    rows.sort(key=lambda row: (-row[0], *row[1:3]))
    regions = []
    for area, label, box, number, inside in rows[:most]:
        region = LabelRegion(label=label, area=area, box=box, mask=inside == number)
        if confidence_map is not None:
            confidences = confidence_map[region.window][region.mask]
            region = replace(region, confidence=float(confidences.mean()) / 255)
        regions.append(region)
    return regions, count - len(regions)
