"""No masks at all."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from laecips_cloud.masks import MaskSet


class NoMasks:
    """F is then its class scorer, pixel by pixel: for one that is better than any cut at hand."""

    def generate(self, rgb: NDArray[np.uint8]) -> MaskSet:
        """No mask of uint8 [H, W, 3]; see `MaskGenerator.generate`."""
        return MaskSet((rgb.shape[0], rgb.shape[1]), ())
