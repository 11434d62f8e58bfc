"""The true regions of a label map: the reference for masks, and the best possible masks."""

from __future__ import annotations

from typing import Final

import cv2
import numpy as np
from laecips_cloud.masks import Partition
from laecips_cloud.training.data.labelled_frames import UNLABELLED
from numpy.typing import NDArray

SMALLEST_REGION: Final = 50
"""Pixels; smaller true regions are mostly ragged borders of other regions."""


def true_regions(
    label: NDArray[np.uint8], classes: int = UNLABELLED, *, smallest: int = SMALLEST_REGION
) -> tuple[NDArray[np.int64], int]:
    """Label the connected regions of each class with numbers.

    Args:
        label: uint8 [H, W].
        classes: number of classes; larger labels are not classes.
        smallest: smallest region in pixels; smaller ones are left out.

    Returns:
        Region numbers, int64 [H, W], from 1, class by class; 0 for pixels without a class or in a
        small region. And the number of regions.
    """
    regions = np.zeros(label.shape, np.int64)
    count = 0
    for index in np.unique(label):
        if index >= classes:
            continue
        _, parts, stats, _ = cv2.connectedComponentsWithStats((label == index).astype(np.uint8))
        large = stats[:, cv2.CC_STAT_AREA] >= smallest
        large[0] = False  # the rest of the picture
        numbers = np.where(large, count + np.cumsum(large), 0)
        regions += numbers[parts]
        count += int(large.sum())
    return regions, count


def perfect_masks(truth: NDArray[np.uint8]) -> Partition:
    """Cut a picture along its truth: the best possible masks, an upper bound for generators.

    Args:
        truth: uint8 [H, W]; pixels without a class (255) form regions, too.
    """
    regions, _ = true_regions(truth, UNLABELLED + 1, smallest=1)
    return Partition((regions - 1).astype(np.int32))
