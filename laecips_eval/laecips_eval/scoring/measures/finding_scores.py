"""Precision and recall of findings: regions of label maps against the true regions.

A region counts as found if a true region of its class has an IoU of at least 0.3 with it; each true
region is found once. The pair of the largest IoU comes first. Regions below the smallest area are
neither missed nor false; one may still be what a larger region found.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

import numpy as np
from laecips_cloud.metrics import LabelMap
from laecips_cloud.training.data.labelled_frames import UNLABELLED
from laecips_edge.core.findings.label_regions import LabelRegion, label_regions

from laecips_eval.scoring.run_figures import FindingFigures, RegionAccuracy

FOUND_IOU: Final = 0.3
"""Smallest IoU with a true region of the class."""

STREAMS: Final = ("published", "edge_only")


class FindingScores:
    """Counts regions by class; label maps are scored and not kept.

    Args:
        labels: names of the classes whose regions are findings, by index.
        smallest: smallest area of a region, in pixels.
    """

    def __init__(self, labels: Mapping[int, str], *, smallest: int) -> None:
        self._labels = dict(labels)
        self._smallest = smallest
        self._empty = True
        self._counts = {
            (stream, label): np.zeros(3, np.int64) for stream in STREAMS for label in labels
        }

    def add(self, stream: str, label_map: LabelMap, truth: LabelMap) -> None:
        """Score the label map of a frame.

        Args:
            stream: one of `STREAMS`.
            label_map: uint8 [H, W].
            truth: uint8 [H, W], 255: not labelled, of the same size.
        """
        known = np.where(truth == UNLABELLED, np.uint8(UNLABELLED), label_map)
        self.add_regions(stream, label_regions(known, None, self._labels)[0], truth)

    def add_regions(self, stream: str, shown: Sequence[LabelRegion], truth: LabelMap) -> None:
        """Score the regions of a frame; see `add`."""
        self._empty = False
        true, _ = label_regions(truth, None, self._labels)
        for label in self._labels:
            self._counts[stream, label] += count_found(
                [it for it in shown if it.label == label],
                [it for it in true if it.label == label],
                smallest=self._smallest,
            )

    def figures(self) -> list[FindingFigures]:
        """Return the figures of each class, in the order of their indices; none without a frame."""
        if self._empty:
            return []
        return [
            FindingFigures(
                name=self._labels[label],
                **{stream: _accuracy(*self._counts[stream, label].tolist()) for stream in STREAMS},
            )
            for label in sorted(self._labels)
        ]


def count_found(
    shown: Sequence[LabelRegion], true: Sequence[LabelRegion], *, smallest: int
) -> tuple[int, int, int]:
    """Count the regions of one class in one frame.

    Args:
        shown: regions of the label map, of every size.
        true: regions of the truth, of every size.
        smallest: area from which a region counts, in pixels.

    Returns:
        True regions, regions shown, and true regions found by those.
    """
    pairs = sorted(
        (-overlap, place, other)
        for place, one in enumerate(shown)
        if one.area >= smallest
        for other, region in enumerate(true)
        if (overlap := region_iou(one, region)) >= FOUND_IOU
    )
    partners: dict[int, int] = {}
    for _, place, other in pairs:
        if place not in partners and other not in partners.values():
            partners[place] = other
    found = [true[other].area >= smallest for other in partners.values()]
    large = [sum(it.area >= smallest for it in regions) for regions in (true, shown)]
    # What found a true region that is too small to be missed is not false.
    return large[0], large[1] - (len(found) - sum(found)), sum(found)


def region_iou(one: LabelRegion, other: LabelRegion) -> float:
    """Return the IoU of the pixels of two regions, in [0, 1]."""
    left, top = (max(one.box[side], other.box[side]) for side in (0, 1))
    right, bottom = (
        min(one.box[side] + one.box[side + 2], other.box[side] + other.box[side + 2])
        for side in (0, 1)
    )
    if right <= left or bottom <= top:
        return 0.0
    cut = [
        it.mask[top - it.box[1] : bottom - it.box[1], left - it.box[0] : right - it.box[0]]
        for it in (one, other)
    ]
    common = int(np.count_nonzero(cut[0] & cut[1]))
    return common / (one.area + other.area - common)


def _accuracy(true: int, shown: int, found: int) -> RegionAccuracy:
    return RegionAccuracy(
        true=true,
        shown=shown,
        found=found,
        precision=found / shown if shown else None,
        recall=found / true if true else None,
    )
