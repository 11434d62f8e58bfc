"""Efficient graph-based segmentation (Felzenszwalb and Huttenlocher, IJCV 2004), by OpenCV."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from laecips_cloud.mask_generators.generator import MaskGeneratorError
from laecips_cloud.masks import Partition


class GraphMaskGenerator:
    """Merges neighbouring pixels whose difference is small compared to that within regions.

    It needs no checkpoint. The defaults cut finely: an object in several pieces can still get its
    class; one that is merged with its surroundings cannot (docs/results/mask-generators.md).
    """

    def __init__(self, *, sigma: float = 0.5, scale: float = 50.0, min_size: int = 20) -> None:
        """Set up the segmentation.

        Args:
            sigma: width of the Gaussian blur applied first, pixels, above 0.
            scale: a larger scale gives larger regions; above 0.
            min_size: smaller regions are merged into a neighbour; pixels, at least 1.

        Raises:
            MaskGeneratorError: a value is out of range, or OpenCV has no contrib modules.
        """
        for name, value in (("sigma", sigma), ("scale", scale), ("min_size", min_size)):
            if not 0 < value < float("inf"):
                raise MaskGeneratorError(
                    f"mask generator graph: {name} is {value}, it must be above 0"
                )
        if not hasattr(cv2, "ximgproc"):
            raise MaskGeneratorError(
                f"mask generator graph: OpenCV {cv2.__version__} has no ximgproc; "
                "install opencv-contrib-python-headless instead of opencv-python"
            )
        self._segmentation = cv2.ximgproc.segmentation.createGraphSegmentation(
            sigma, scale, min_size
        )

    def generate(self, rgb: NDArray[np.uint8]) -> Partition:
        """Cut uint8 [H, W, 3] into regions; see `MaskGenerator.generate`."""
        return Partition(np.asarray(self._segmentation.processImage(rgb), np.int32))
