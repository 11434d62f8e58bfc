"""F: the assisted inference of LAECIPS (eq. 1). Scores and a picture in, F's answer out."""

from __future__ import annotations

from dataclasses import dataclass
from time import perf_counter

import numpy as np
from numpy.typing import NDArray

from laecips_cloud.fusion import fuse
from laecips_cloud.mask_generators import MaskGenerator


@dataclass(frozen=True, kw_only=True)
class Assisted:
    """F's answer and what it took.

    Attributes:
        label_map: uint8 [H, W], class indices.
        confidence_map: uint8 [H, W], 255 = certain; see `fusion.Fused`.
        masks_ms: time of the mask generator.
        fusion_ms: time of the fusion.
    """

    label_map: NDArray[np.uint8]
    confidence_map: NDArray[np.uint8]
    masks_ms: float
    fusion_ms: float


class AssistedInference:
    """F with one mask generator. Not for two threads at a time.

    Args:
        mask_generator: cuts the pictures.

    Example:
        assisted = AssistedInference(create_mask_generator("graph"))(rgb, scores)
    """

    def __init__(self, mask_generator: MaskGenerator) -> None:
        self._mask_generator = mask_generator

    def __call__(self, rgb: NDArray[np.uint8], scores: NDArray[np.float32]) -> Assisted:
        """Labels every pixel.

        Args:
            rgb: uint8 [H, W, 3], RGB.
            scores: float32 [M, H, W], the class scorer's softmax at the size of the picture.

        Raises:
            ValueError: the scores do not fit the picture or are not finite.
        """
        started = perf_counter()
        masks = self._mask_generator.generate(rgb)
        cut = perf_counter()
        fused = fuse(scores, masks)
        done = perf_counter()
        return Assisted(
            label_map=fused.label_map,
            confidence_map=fused.confidence_map,
            masks_ms=(cut - started) * 1e3,
            fusion_ms=(done - cut) * 1e3,
        )
