"""Accuracy of a stream of label maps: per-frame mean IoU (equation 22) and data-set mIoU."""

from __future__ import annotations

import math
from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass

from laecips_cloud.metrics import ConfusionMatrix, LabelMap

from laecips_eval.scoring.run_figures import StreamAccuracy


@dataclass(frozen=True)
class FrameScore:
    """The score of one label map against its truth; the maps themselves are not kept.

    Attributes:
        matrix: pixels by true and predicted class.
        iou: mean IoU over the classes that occur in truth or label map, in [0, 1]; None where
            truth has no labelled pixel.
    """

    matrix: ConfusionMatrix
    iou: float | None

    @classmethod
    def of(cls, label_map: LabelMap, truth: LabelMap, *, classes: int) -> FrameScore:
        """Count the pixels of a label map against its truth.

        Args:
            label_map: uint8 [H, W], class indices or 255 (no class, counts as a miss).
            truth: uint8 [H, W], class indices or 255 (ignored).
            classes: number of classes.

        Raises:
            ValueError: the two differ in size, or a label is not a class.
        """
        matrix = ConfusionMatrix(classes)
        matrix.add(label_map, truth)
        return cls(matrix, _number(matrix.miou()))


class Accuracy:
    """Sum of the scores of frames, in memory that does not grow with their number."""

    def __init__(self, *, classes: Sequence[str]) -> None:
        """Start without scores.

        Args:
            classes: names of the classes, in the order of their indices.
        """
        self._classes = tuple(classes)
        self._whole = ConfusionMatrix(len(self._classes))
        self._parts: dict[Hashable, ConfusionMatrix] = {}
        self._iou_sum, self._frames = 0.0, 0

    def add(self, score: FrameScore) -> None:
        """Add the score of one frame."""
        self._whole = ConfusionMatrix.sum([self._whole, score.matrix])
        if score.iou is not None:
            self._iou_sum += score.iou
            self._frames += 1

    def add_to_part(self, part: Hashable, score: FrameScore) -> None:
        """Add the score of a frame to a part of the bag; call `add` for it, too.

        Args:
            part: position of a segment, or name of a disturbance.
            score: the score.
        """
        known = [self._parts[part]] if part in self._parts else []
        self._parts[part] = ConfusionMatrix.sum([*known, score.matrix])

    def miou(self) -> float | None:
        """Return the data-set mIoU over all frames, in [0, 1]; None without scores."""
        return _number(self._whole.miou())

    def miou_of(self, parts: Iterable[Hashable]) -> float | None:
        """Return the data-set mIoU of the union of some parts; None without scores."""
        matrices = [self._parts[part] for part in parts if part in self._parts]
        return _number(ConfusionMatrix.sum(matrices).miou()) if matrices else None

    def summary(self) -> StreamAccuracy:
        """Return frame mean, data-set mIoU, and IoU and recall by class."""
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
