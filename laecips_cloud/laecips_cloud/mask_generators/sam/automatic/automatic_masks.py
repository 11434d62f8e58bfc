"""SAM's automatic masks from what its decoder gives: which are kept, and how they become large.

The rules are those of Kirillov et al. (2023): a mask is kept that SAM rates well, that hardly
changes with its threshold, and whose box no better one has. All of this is decided while the masks
are small; only what is kept is brought to the size of the picture.
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
from laecips_cloud.mask_generators.sam.automatic.geometry import Geometry
from laecips_cloud.mask_generators.sam.automatic.low_res_masks import SmallMask
from laecips_cloud.mask_generators.sam.automatic.small_regions import without_small_regions
from laecips_cloud.mask_generators.sam.torch_backend.records import MOST_BYTES
from laecips_cloud.masks import Mask, MaskSet


@dataclass(frozen=True, kw_only=True)
class KeepRules:
    """Which masks are kept, by segment-anything's own names; `options` has their bounds.

    Attributes:
        pred_iou_thresh: masks whose IoU SAM itself puts no higher are dropped; in [0, 1], 0 for
            none.
        stability_score_thresh: masks that change more with their threshold are dropped; in [0, 1],
            0 for none.
        stability_score_offset: by which that threshold is moved, at least 0.
        box_nms_thresh: of two masks whose boxes have a larger IoU one stays, in [0, 1].
        crop_nms_thresh: the same of masks from several crops.
        min_mask_region_area: smaller holes and islands of masks are removed, pixels; 0: none.
    """

    pred_iou_thresh: float = 0.88
    stability_score_thresh: float = 0.95
    stability_score_offset: float = 1.0
    box_nms_thresh: float = 0.7
    crop_nms_thresh: float = 0.7
    min_mask_region_area: int = 0


class Candidate(NamedTuple):
    """A mask that may be kept.

    Attributes:
        mask: as it is in its crop.
        rating: SAM's own, at best 1 or a little more.
        stability: in [0, 1].
        box: x0, y0, x1, y1, its first and last pixels in the picture.
        crop: where it was found.
        geometry: of the crop.
    """

    mask: SmallMask
    rating: float
    stability: float
    box: Box
    crop: Crop
    geometry: Geometry


class AutomaticMasks:
    """Collects the masks of one picture or of one crop of it, batch by batch.

    Args:
        geometry: of the crop.
        threshold: pixels whose logit is above it belong to a mask.
        rules: which masks are kept.
        crop: what of the picture was looked at; None for all of it.
    """

    def __init__(
        self, geometry: Geometry, *, threshold: float, rules: KeepRules, crop: Crop | None = None
    ) -> None:
        self._geometry, self._threshold, self._rules = geometry, threshold, rules
        self._crop = crop or whole((geometry.rows.picture, geometry.columns.picture))
        self._candidates: list[Candidate] = []

    def add(self, logits: NDArray[np.float32], ious: NDArray[np.float32]) -> None:
        """Takes what may be kept of one batch; nothing of the arrays is held on to.

        Args:
            logits: float32 [B, K, n, n], the small masks.
            ious: float32 [B, K], SAM's own rating of each.
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
                    Candidate(mask, rating, stability, box, self._crop, self._geometry)
                )

    def best(self) -> list[Candidate]:
        """Those whose box no better one has, the best rated first."""
        ratings = [candidate.rating for candidate in self._candidates]
        order = _suppressed(self._candidates, ratings, self._rules.box_nms_thresh)
        return [self._candidates[index] for index in order]

    def kept(self, *, most_bytes: int = MOST_BYTES) -> MaskSet:
        """The masks where there are no further crops, see `join`."""
        return join(
            [self.best()],
            self._crop.picture,
            threshold=self._threshold,
            rules=self._rules,
            most_bytes=most_bytes,
        )


def join(
    found: Sequence[Sequence[Candidate]],
    shape: tuple[int, int],
    *,
    threshold: float,
    rules: KeepRules,
    most_bytes: int = MOST_BYTES,
) -> MaskSet:
    """The masks of a picture; of those that two crops have found, the one of the smaller crop.

    Args:
        found: `AutomaticMasks.best` of each crop.
        shape: height and width of the picture.
        threshold: pixels whose logit is above it belong to a mask.
        rules: which masks are kept.
        most_bytes: of all masks, a byte a pixel of their boxes; where it does not do, those that
            SAM rates lowest are left out.

    Returns:
        The best rated first; one that had to be mended comes after the others.
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
    candidates: Sequence[Candidate], scores: Sequence[float], max_iou: float
) -> list[int]:
    boxes = np.array([candidate.box for candidate in candidates], np.float64)
    return suppress(boxes.reshape(-1, 4), np.array(scores, np.float64), max_iou)


def _mended(
    masks: dict[int, Mask], best_first: list[int], shape: tuple[int, int], rules: KeepRules
) -> tuple[dict[int, Mask], list[int]]:
    """Without small regions, and the order of those that stay: what did not change comes first."""
    indices = sorted(masks)  # of two that became alike the one stays that came first before
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
