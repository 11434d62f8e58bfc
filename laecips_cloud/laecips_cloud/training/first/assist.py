"""Assisted inference F as training needs it: picture and logits in, label map out."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from laecips_edge.core.inference.scores import scores_at
from numpy.typing import NDArray

from laecips_cloud.fusion.mask_fusion import fuse
from laecips_cloud.fusion.vote import Vote
from laecips_cloud.masks import Masks
from laecips_cloud.training.steps.held_out_rows import Assist


def assist_by(masks_of: Callable[[NDArray[np.uint8]], Masks]) -> Assist:
    """F with f's own scores: the masks of a generator, each with the class that scores highest,
    within the usual bounds of the vote.

    The temperature is 1: it is calibrated after the training that this is for.

    Args:
        masks_of: a mask generator, RGB uint8 [H, W, 3] -> masks.

    Returns:
        F, see `laecips_cloud.training.steps.held_out_rows.Assist`.
    """

    def assist(image: NDArray[np.uint8], logits: NDArray[np.float32]) -> NDArray[np.uint8]:
        height, width = image.shape[:2]
        return fuse(scores_at(logits, (height, width)), masks_of(image), vote=Vote()).label_map

    return assist
