"""SAM's automatic masks: selection among the decoder's masks, and enlargement of the selected.

The rules are those of Kirillov et al. (2023): keep a mask if SAM rates it well, if it hardly
changes with its threshold, and if its box does not overlap that of a better mask. The selection
works on small masks; only selected masks are brought to the size of the picture.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from laecips_cloud.mask_generators.sam.automatic import low_res_masks
from laecips_cloud.mask_generators.sam.automatic.box_suppression import suppress
from laecips_cloud.mask_generators.sam.automatic.crops import Box, Crop, whole
from laecips_cloud.mask_generators.sam.automatic.geometry import PictureAxes
from laecips_cloud.mask_generators.sam.automatic.low_res_masks import SmallMask
from laecips_cloud.mask_generators.sam.automatic.small_regions import without_small_regions
from laecips_cloud.mask_generators.sam.torch_backend.records import MOST_BYTES
from laecips_cloud.masks import Mask, MaskSet


@dataclass(frozen=True, kw_only=True)
class KeepRules:
    """Rules for keeping masks, with segment-anything's names; `options` has their bounds.

    Attributes:
        pred_iou_thresh: drop masks whose predicted IoU is not above this; in [0, 1], 0 keeps all.
        stability_score_thresh: drop masks whose stability is below this; in [0, 1], 0 keeps all.
        stability_score_offset: shift of the mask threshold for the stability, at least 0.
        box_nms_thresh: of two masks whose boxes have a larger IoU, keep one; in [0, 1].
        crop_nms_thresh: the same for masks from different crops.
        min_mask_region_area: remove smaller holes and islands of masks, pixels; 0 removes none.
    """

    pred_iou_thresh: float = 0.88
    stability_score_thresh: float = 0.95
    stability_score_offset: float = 1.0
    box_nms_thresh: float = 0.7
    crop_nms_thresh: float = 0.7
    min_mask_region_area: int = 0


class MaskCandidate(NamedTuple):
    """A mask that may be kept.

    Attributes:
        mask: the small mask, in its crop.
        rating: SAM's predicted IoU, at best 1 or slightly more.
        stability: stability score, in [0, 1].
        box: x0, y0, x1, y1, first and last pixels in the picture.
        crop: the crop that it was found in.
        geometry: geometry of the crop.
    """

    mask: SmallMask
    rating: float
    stability: float
    box: Box
    crop: Crop
    geometry: PictureAxes


class AutomaticMasks:
    """Collector of the masks of one picture or crop, batch by batch.

    Args:
        geometry: geometry of the crop.
        threshold: pixels whose logit is above it belong to a mask.
        rules: rules for keeping masks.
        crop: the part of the picture; None for all of it.
    """

    def __init__(
        self, geometry: PictureAxes, *, threshold: float, rules: KeepRules, crop: Crop | None = None
    ) -> None:
        self._geometry, self._threshold, self._rules = geometry, threshold, rules
        self._crop = crop or whole((geometry.rows.picture, geometry.columns.picture))
        self._candidates: list[MaskCandidate] = []

    def add(self, logits: NDArray[np.float32], ious: NDArray[np.float32]) -> None:
        """Add one batch's masks that may be kept; hold no reference to the arrays.

        Args:
            logits: float32 [B, K, n, n], the small masks.
            ious: float32 [B, K], SAM's predicted IoU of each.
        """
        rules = self._rules
        rated = ious > (rules.pred_iou_thresh or -np.inf)
        for point, index in np.argwhere(rated):
            small = logits[point, index]
            stability = low_res_masks.stability(
                small,
                self._threshold,
                rules.stability_score_offset,
                rules.stability_score_thresh,
                self._geometry,
            )
            if stability < rules.stability_score_thresh:
                continue
            mask = low_res_masks.cut(small, self._threshold, self._geometry)
            if mask is None:
                continue
            box = self._crop.moved(mask.box)
            if not self._crop.cuts(box):
                rating = float(ious[point, index])
                self._candidates.append(
                    MaskCandidate(mask, rating, stability, box, self._crop, self._geometry)
                )

    def best(self) -> list[MaskCandidate]:
        """Return the candidates that remain after box suppression, the best rated first."""
        ratings = [candidate.rating for candidate in self._candidates]
        order = _suppressed(self._candidates, ratings, self._rules.box_nms_thresh)
        return [self._candidates[index] for index in order]

    def kept(self, *, most_bytes: int = MOST_BYTES) -> MaskSet:
        """Return the masks of a picture without further crops, see `join`."""
        return join(
            [self.best()],
            self._crop.picture,
            threshold=self._threshold,
            rules=self._rules,
            most_bytes=most_bytes,
        )


def join(
    found: Sequence[Sequence[MaskCandidate]],
    shape: tuple[int, int],
    *,
    threshold: float,
    rules: KeepRules,
    most_bytes: int = MOST_BYTES,
) -> MaskSet:
    """Return the masks of a picture; of two crops' masks of one object, the smaller crop's.

    Args:
        found: `AutomaticMasks.best` of each crop.
        shape: height and width of the picture.
        threshold: pixels whose logit is above it belong to a mask.
        rules: rules for keeping masks.
        most_bytes: limit for all masks, one byte per pixel of their boxes; above it, the masks that
            SAM rates lowest are omitted.

    Returns:
        The masks, the best rated first; masks with small regions removed come last.
    """
    every = [candidate for crop in found for candidate in crop]
    if len(found) > 1:
        closeness = [1 / (one.crop.height * one.crop.width) for one in every]
        every = [every[i] for i in _suppressed(every, closeness, rules.crop_nms_thresh)]
    best_first = sorted(range(len(every)), key=lambda index: -every[index].rating)
    masks: dict[int, Mask] = {}
    for index in best_first:
        one = every[index]
        top, left, pixels = low_res_masks.enlarge(one.mask, threshold, one.geometry)
        most_bytes -= pixels.size
        if most_bytes < 0:
            break
        if pixels.size:
            masks[index] = Mask(top + one.crop.top, left + one.crop.left, pixels)
    order = list(masks)
    if rules.min_mask_region_area > 0:
        masks, order = _mended(masks, order, shape, rules)
    kept = [every[index] for index in order]
    return MaskSet(
        shape,
        tuple(masks[index] for index in order),
        tuple(min(1.0, max(0.0, candidate.rating)) for candidate in kept),
        tuple(candidate.stability for candidate in kept),
    )


def _suppressed(
    candidates: Sequence[MaskCandidate], scores: Sequence[float], max_iou: float
) -> list[int]:
    boxes = np.array([candidate.box for candidate in candidates], np.float64)
    return suppress(boxes.reshape(-1, 4), np.array(scores, np.float64), max_iou)


def _mended(
    masks: dict[int, Mask], best_first: list[int], shape: tuple[int, int], rules: KeepRules
) -> tuple[dict[int, Mask], list[int]]:
    """Remove small regions; return masks and the order of those kept, unchanged ones first."""
    indices = sorted(masks)  # of two masks that become similar, keep the one that was earlier
    mended = {i: without_small_regions(masks[i], shape, rules.min_mask_region_area) for i in masks}
    same = {index: mended[index] is masks[index] for index in masks}
    boxes = [
        (left, top, left + pixels.shape[1] - 1, top + pixels.shape[0] - 1)
        for top, left, pixels in (mended[index] for index in indices)
    ]
    stays = suppress(
        np.array(boxes, np.float64).reshape(-1, 4),
        np.array([float(same[index]) for index in indices]),
        max(rules.box_nms_thresh, rules.crop_nms_thresh),
    )
    left_over = {indices[place] for place in stays}
    return mended, sorted(
        (index for index in best_first if index in left_over), key=lambda index: not same[index]
    )
