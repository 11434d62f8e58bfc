"""Accuracy of a stream of label maps: the paper's measure and the data set's, by segment too."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from laecips_cloud.metrics import ConfusionMatrix, LabelMap

from laecips_eval.scoring.run_figures import StreamAccuracy


@dataclass(frozen=True)
class FrameScore:
    """One label map against its truth: all that is kept of the two.

    Attributes:
        matrix: pixels by true and predicted class.
        iou: mean IoU of the classes that truth or answer has, in [0, 1]; None where truth labels
            nothing.
    """

    matrix: ConfusionMatrix
    iou: float | None

    @classmethod
    def of(cls, label_map: LabelMap, truth: LabelMap, *, classes: int) -> FrameScore:
        """Counts the pixels, once.

        Args:
            label_map: uint8 [H, W], class indices or 255 (no class: a miss).
            truth: uint8 [H, W], class indices or 255 (left out).
            classes: their number.

        Raises:
            ValueError: when the two differ in size, or a label is no class.
        """
        matrix = ConfusionMatrix(classes)
        matrix.add(label_map, truth)
        return cls(matrix, _number(matrix.miou()))


class Accuracy:
    """Adds up the scores of frames; what it keeps does not grow with their number."""

    def __init__(self, *, classes: Sequence[str]) -> None:
        """Starts with nothing scored.

        Args:
            classes: names of the classes, in the order of their indices.
        """
        self._classes = tuple(classes)
        self._whole = ConfusionMatrix(len(self._classes))
        self._segments: dict[int, ConfusionMatrix] = {}
        self._iou_sum, self._frames = 0.0, 0

    def add(self, score: FrameScore) -> None:
        """Counts one frame."""
        self._whole = ConfusionMatrix.sum([self._whole, score.matrix])
        if score.iou is not None:
            self._iou_sum += score.iou
            self._frames += 1

    def add_to_segment(self, place: int, score: FrameScore) -> None:
        """Counts a frame that `add` has had for one segment as well, by its place in the bag."""
        known = [self._segments[place]] if place in self._segments else []
        self._segments[place] = ConfusionMatrix.sum([*known, score.matrix])

    def miou(self) -> float | None:
        """The data set's mIoU in [0, 1] of all frames; None while there is none."""
        return _number(self._whole.miou())

    def miou_of(self, places: Iterable[int]) -> float | None:
        """The data set's mIoU of some segments together: of one confusion matrix, not a mean."""
        matrices = [self._segments[place] for place in places if place in self._segments]
        return _number(ConfusionMatrix.sum(matrices).miou()) if matrices else None

    def summary(self) -> StreamAccuracy:
        """Return both measures, and IoU and recall by class."""
        return StreamAccuracy(
            frame_mean=self._iou_sum / self._frames if self._frames else None,
            dataset=self.miou(),
            per_class=self._by_class(self._whole.iou().tolist()),
            recall=self._by_class(self._whole.recall().tolist()),
        )

    def _by_class(self, values: Iterable[float]) -> dict[str, float | None]:
        return dict(zip(self._classes, map(_number, values), strict=True))


def _number(value: float) -> float | None:
    return None if math.isnan(value) else float(value)
