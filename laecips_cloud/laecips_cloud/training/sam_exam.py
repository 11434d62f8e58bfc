"""How well does a SAM cut what a point is in? On held-out pictures, always the same points."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final, NamedTuple

import cv2
import numpy as np
import torch
from numpy.typing import NDArray

from laecips_cloud.mask_generators.mask_geometry import fitted
from laecips_cloud.networks.small_sam import ask
from laecips_cloud.training.region_prompts import Prompts, RegionPicture, draw

_POINTS: Final = 8


class PointIou(NamedTuple):
    """Mean IoU with the region that the point is in, at the picture's own size.

    Attributes:
        best: of the best of the three masks: what the network can cut.
        rated: of the one that it rates highest: what it would be taken for.
    """

    best: float
    rated: float


class SamExam:
    """Questions about pictures, and how they are marked.

    Args:
        pictures: that nothing learns from, at least one.
        mask: pixels along a side of the small masks.
    """

    def __init__(self, pictures: Sequence[RegionPicture], *, mask: int) -> None:
        if not pictures:
            raise ValueError("an exam of a SAM needs at least one picture with regions")
        self._questions: list[tuple[RegionPicture, Prompts]] = [
            (picture, draw(picture, _POINTS, np.random.default_rng(i), side=mask, augment=False))
            for i, picture in enumerate(pictures)
        ]

    def mark(self, sam: Any) -> PointIou:
        """Asks them all; the network is left in the mode that it was in."""
        device = next(sam.parameters()).device
        best, rated = [], []
        for picture, prompts in self._questions:
            with torch.inference_mode():
                answer = ask(
                    sam,
                    torch.from_numpy(prompts.picture.copy())
                    .to(device)
                    .permute(2, 0, 1)[None]
                    .float(),
                    torch.from_numpy(prompts.points).to(device)[None],
                )
            height, width = prompts.targets.shape[1:]
            logits = answer.logits[0, ..., :height, :width].float().cpu().numpy()
            ratings = answer.ious[0].float().cpu().numpy()
            for three, ours, number in zip(logits, ratings, prompts.numbers, strict=True):
                ious = [iou_at_full_size(small, picture.regions == number) for small in three]
                best.append(max(ious))
                rated.append(ious[int(ours.argmax())])
        return PointIou(float(np.mean(best)), float(np.mean(rated)))


def iou_at_full_size(small: NDArray[np.float32], region: NDArray[np.bool_]) -> float:
    """IoU of a small mask, float32 [m, n], above 0 inside, with a region, bool [H, W]."""
    large = cv2.resize(small, region.shape[::-1], interpolation=cv2.INTER_LINEAR) > 0
    either = np.count_nonzero(large | region)
    return float(np.count_nonzero(large & region) / either) if either else 1.0


def ceiling(pictures: Sequence[RegionPicture], *, mask: int) -> float:
    """Mean IoU of true regions with themselves once they were small masks: no network does better.

    Args:
        pictures: at least one.
        mask: pixels along a side of the small masks.
    """
    ious = []
    for _, regions, total in pictures:
        height, width = fitted((regions.shape[0], regions.shape[1]), mask)
        for number in range(1, total + 1):
            whole = (regions == number).astype(np.float32)
            small = cv2.resize(whole, (width, height), interpolation=cv2.INTER_AREA)
            ious.append(iou_at_full_size(np.asarray(small - 0.5, np.float32), whole > 0))
    return float(np.mean(ious))
