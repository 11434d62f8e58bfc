"""The true regions of a label map: what masks are measured by, and the best that there can be."""

from __future__ import annotations

from typing import Final

import cv2
import numpy as np
from laecips_cloud.masks import Partition
from laecips_cloud.training.data.labelled_frames import UNLABELLED
from numpy.typing import NDArray

SMALLEST_REGION: Final = 50
"""True regions of fewer pixels are mostly ragged ends of others."""


def true_regions(
    label: NDArray[np.uint8], classes: int = UNLABELLED, *, smallest: int = SMALLEST_REGION
) -> tuple[NDArray[np.int64], int]:
    """Numbers the connected regions of each class.

    Args:
        label: uint8 [H, W].
        classes: labels from here on are no classes.
        smallest: pixels; smaller regions are left out.

    Returns:
        int64 [H, W] from 1, class by class, 0 where there is no class or too little of it; and how
        many regions there are.
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
    """Cuts a picture along its truth: the best masks that there can be. A bound, not a generator.

    Args:
        truth: uint8 [H, W]; pixels without a class (255) make regions too.
    """
    regions, _ = true_regions(truth, UNLABELLED + 1, smallest=1)
    return Partition((regions - 1).astype(np.int32))
