"""The first guess of a label map: regions that a person can move, repaint or delete in a tool."""

from __future__ import annotations

from typing import Final, NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from laecips_cloud.training.data.labelled_frames import UNLABELLED

_SMALLEST: Final = 32
"""Pixels of the smallest region that stands alone; the smaller ones of a class are one region."""


class GuessedRegion(NamedTuple):
    """Pixels of one class.

    Attributes:
        label: the class's index.
        mask: bool [h, w], its bounding box.
        left: column of the box in the picture.
        top: row of the box in the picture.
    """

    label: int
    mask: NDArray[np.bool_]
    left: int
    top: int


def regions_of(
    label_map: NDArray[np.uint8], *, background: int | None = None
) -> list[GuessedRegion]:
    """Return regions that give the label map when they are painted in their order.

    Args:
        label_map: uint8 [H, W], class indices, 255 for no class.
        background: class that is painted first, below all others: where a person deletes a region,
            it comes to light. None: there is none, and a deleted region leaves pixels of no class.

    Returns:
        Regions; those above the background do not overlap.
    """
    regions = []
    if background is not None and (label_map != UNLABELLED).any():
        regions.append(_cropped(background, label_map != UNLABELLED))
    for label in np.unique(label_map).tolist():
        if label not in (UNLABELLED, background):
            regions += [_cropped(label, mask) for mask in _parts(label_map == label)]
    return regions


def _parts(mask: NDArray[np.bool_]) -> list[NDArray[np.bool_]]:
    """Split a mask, bool [H, W], into connected regions of its size, the small ones together."""
    count, numbers, stats, _ = cv2.connectedComponentsWithStats(mask.astype(np.uint8))
    areas = stats[:, cv2.CC_STAT_AREA]
    parts = [numbers == number for number in range(1, count) if areas[number] >= _SMALLEST]
    specks = mask & (areas[numbers] < _SMALLEST)
    return [*parts, specks] if specks.any() else parts


def _cropped(label: int, mask: NDArray[np.bool_]) -> GuessedRegion:
    left, top, width, height = cv2.boundingRect(mask.astype(np.uint8))
    return GuessedRegion(label, mask[top : top + height, left : left + width], left, top)
