"""SAM's automatic masks from what its decoder gives: which are kept, and how they become large.

The rules are those of Kirillov et al. (2023): a mask is kept that SAM rates well, that hardly
changes with its threshold, and whose box no better one has. All of this is decided while the masks
are small; only what is kept is brought to the size of the picture.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from laecips_cloud.mask_generators import small_masks
from laecips_cloud.mask_generators.box_suppression import suppress
from laecips_cloud.mask_generators.mask_geometry import Geometry
from laecips_cloud.mask_generators.sam_masks import MOST_BYTES
from laecips_cloud.mask_generators.small_masks import SmallMask
from laecips_cloud.mask_generators.small_regions import without_small_regions
from laecips_cloud.masks import Mask, MaskSet

_MOST: Final = {"stability_score_offset": 1e6, "min_mask_region_area": 1 << 30}


@dataclass(frozen=True, kw_only=True)
class KeepRules:
    """Which masks are kept, by segment-anything's own names. Checked at construction.

    Attributes:
        pred_iou_thresh: masks whose IoU SAM itself puts no higher are dropped; in [0, 1], 0 for
            none.
        stability_score_thresh: masks that change more with their threshold are dropped; in [0, 1],
            0 for none.
        stability_score_offset: by which that threshold is moved, at least 0.
        box_nms_thresh: of two masks whose boxes have a larger IoU one stays, in [0, 1].
        min_mask_region_area: smaller holes and islands of masks are removed, pixels; 0: none.

    Raises:
        ValueError: a value is out of range.
    """

    pred_iou_thresh: float = 0.88
    stability_score_thresh: float = 0.95
    stability_score_offset: float = 1.0
    box_nms_thresh: float = 0.7
    min_mask_region_area: int = 0

    def __post_init__(self) -> None:
        for field in fields(self):
            value = getattr(self, field.name)
            most = _MOST.get(field.name, 1)
            if not 0 <= value <= most:
                raise ValueError(f"{field.name} is {value}, it must lie in 0 to {most:g}")


class _Candidate(NamedTuple):
    """A mask that may be kept: SAM's own rating of it and its stability."""

    mask: SmallMask
    rating: float
    stability: float


class AutomaticMasks:
    """Collects the masks of one picture, batch by batch.

    Args:
        geometry: of the picture.
        threshold: pixels whose logit is above it belong to a mask.
        rules: which masks are kept.
    """

    def __init__(self, geometry: Geometry, *, threshold: float, rules: KeepRules) -> None:
        self._geometry, self._threshold, self._rules = geometry, threshold, rules
        self._candidates: list[_Candidate] = []

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
            stability = small_masks.stability(
                small,
                self._threshold,
                rules.stability_score_offset,
                rules.stability_score_thresh,
                self._geometry,
            )
            if stability < rules.stability_score_thresh:
                continue
            mask = small_masks.cut(small, self._threshold, self._geometry)
            if mask is not None:
                self._candidates.append(_Candidate(mask, float(ious[point, index]), stability))

    def kept(self, *, most_bytes: int = MOST_BYTES) -> MaskSet:
        """The masks, the best rated first; one that had to be mended comes after the others.

        Args:
            most_bytes: of all masks, a byte a pixel of their boxes; where it does not do, those
                that SAM rates lowest are left out.
        """
        geometry, rules = self._geometry, self._rules
        shape = (geometry.rows.picture, geometry.columns.picture)
        boxes = np.array([candidate.mask.box for candidate in self._candidates], np.float64)
        ratings = np.array([candidate.rating for candidate in self._candidates], np.float64)
        masks: list[Mask] = []
        kept: list[_Candidate] = []
        for index in suppress(boxes.reshape(-1, 4), ratings, rules.box_nms_thresh):
            candidate = self._candidates[index]
            mask = small_masks.enlarge(candidate.mask, self._threshold, geometry)
            most_bytes -= mask.pixels.size
            if most_bytes < 0:
                break
            if mask.pixels.size:
                masks.append(mask)
                kept.append(candidate)
        if rules.min_mask_region_area > 0:
            masks, order = _mended(masks, shape, rules)
            kept = [kept[index] for index in order]
        return MaskSet(
            shape,
            tuple(masks),
            tuple(min(1.0, max(0.0, candidate.rating)) for candidate in kept),
            tuple(candidate.stability for candidate in kept),
        )


def _mended(
    masks: list[Mask], shape: tuple[int, int], rules: KeepRules
) -> tuple[list[Mask], list[int]]:
    """Without small regions, and where each of those that stay was before."""
    mended = [without_small_regions(mask, shape, rules.min_mask_region_area) for mask in masks]
    same = [float(new is old) for new, old in zip(mended, masks, strict=True)]
    boxes = [
        (left, top, left + pixels.shape[1] - 1, top + pixels.shape[0] - 1)
        for top, left, pixels in mended
    ]
    order = suppress(
        np.array(boxes, np.float64).reshape(-1, 4), np.array(same), rules.box_nms_thresh
    )
    return [mended[index] for index in order], order
