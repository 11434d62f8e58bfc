"""A mask generator: superpixels (SLIC, Achanta et al., PAMI 2012), by OpenCV."""

from __future__ import annotations

import math

import cv2
import numpy as np
from laecips_cloud.mask_generators import MaskGeneratorError
from laecips_cloud.masks import Partition
from numpy.typing import NDArray


class SuperpixelGenerator:
    """Cuts a picture into patches of about one size that keep to its contours.

    Unlike regions of a graph segmentation none can grow across the picture, so a wrong vote stays
    as small as a patch.
    """

    def __init__(self, *, size: int = 12, compactness: float = 10.0) -> None:
        """Take the options.

        Args:
            size: side of a patch, pixels, at least 4.
            compactness: the larger, the squarer the patches; above 0.

        Raises:
            MaskGeneratorError: a value is out of range, or OpenCV has no contrib modules.
        """
        if size < 4:
            raise MaskGeneratorError(
                f"mask generator acme_superpixels: size is {size}, it must be at least 4"
            )
        if not 0 < compactness < math.inf:
            raise MaskGeneratorError(
                f"mask generator acme_superpixels: compactness is {compactness}, it must be above 0"
            )
        if not hasattr(cv2, "ximgproc"):
            raise MaskGeneratorError(
                f"mask generator acme_superpixels: OpenCV {cv2.__version__} has no ximgproc; "
                "install one with the contrib modules"
            )
        self._size, self._compactness = size, compactness

    def generate(self, rgb: NDArray[np.uint8]) -> Partition:
        """Cuts uint8 [H, W, 3], RGB, into regions, int32 [H, W]."""
        if min(rgb.shape[:2]) < self._size:
            # OpenCV's SLIC crashes on pictures smaller than its patches: that is one region.
            return Partition(np.zeros(rgb.shape[:2], np.int32))
        lab = cv2.cvtColor(rgb, cv2.COLOR_RGB2Lab)  # distances in it are about what eyes see
        slic = cv2.ximgproc.createSuperpixelSLIC(
            lab, cv2.ximgproc.SLIC, self._size, self._compactness
        )
        slic.iterate(5)
        slic.enforceLabelConnectivity()  # crumbs join the patch beside them
        return Partition(np.asarray(slic.getLabels(), np.int32))
