"""Accuracy of a stream of label maps: the paper's measure and the data set's, by segment too."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from laecips_edge.core.metrics import ConfusionMatrix, FrameMean, LabelMap


class Accuracy:
    """Scores label maps against truth one by one; nothing of a map is kept.

    Truth 255 is left out of every measure; a predicted 255 (no class) counts as a miss.
    """

    def __init__(self, *, classes: Sequence[str]) -> None:
        """Starts with nothing scored.

        Args:
            classes: names of the classes, in the order of their indices.
        """
        self._classes = tuple(classes)
        self._whole = ConfusionMatrix(len(self._classes))
        self._frame_mean = FrameMean(len(self._classes))
        self._segments: dict[str, ConfusionMatrix] = {}

    def add(self, label_map: LabelMap, truth: LabelMap) -> float | None:
        """Scores one label map.

        Args:
            label_map: uint8 [H, W], class indices or 255.
            truth: uint8 [H, W], class indices or 255.

        Returns:
            The frame's IoU in [0, 1], None where truth labels nothing.

        Raises:
            ValueError: when the two differ in size, or a label is no class.
        """
        self._whole.add(label_map, truth)
        return _number(self._frame_mean.add(label_map, truth))

    def add_to_segment(self, name: str, label_map: LabelMap, truth: LabelMap) -> None:
        """Scores a label map that `add` has had for one segment of the stream as well."""
        segment = self._segments.setdefault(name, ConfusionMatrix(len(self._classes)))
        segment.add(label_map, truth)

    def miou(self, segment: str | None = None) -> float | None:
        """The data set's mIoU in [0, 1], of all frames or one segment; None while there is none."""
        matrix = self._whole if segment is None else self._segments.get(segment)
        return None if matrix is None else _number(matrix.miou())

    def summary(self) -> dict[str, Any]:
        """Both measures and the classes' IoU, each in [0, 1], None where there is none.

        `frame_mean` is the paper's (eq. 22), `dataset` that of one confusion matrix.
        """
        return {
            "frame_mean": _number(self._frame_mean.miou()),
            "dataset": self.miou(),
            "per_class": dict(
                zip(self._classes, map(_number, self._whole.iou().tolist()), strict=True)
            ),
        }


def _number(value: float) -> float | None:
    return None if math.isnan(value) else float(value)
