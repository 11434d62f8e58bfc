"""The true regions of a label map: what masks are taught by, and what they are measured by."""

from __future__ import annotations

from typing import Final

import cv2
import numpy as np
from laecips_cloud.training.data.labelled_frames import UNLABELLED
from numpy.typing import NDArray

SMALLEST_REGION: Final = 50
"""True regions of fewer pixels are mostly ragged ends of others."""


def true_regions(
    label: NDArray[np.uint8], classes: int = UNLABELLED
) -> tuple[NDArray[np.int64], int]:
    """Numbers the connected regions of each class.

    Args:
        label: uint8 [H, W].
        classes: labels from here on are no classes.

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
        for part in range(1, len(stats)):
            if stats[part, cv2.CC_STAT_AREA] >= SMALLEST_REGION:
                count += 1
                regions[parts == part] = count
    return regions, count
