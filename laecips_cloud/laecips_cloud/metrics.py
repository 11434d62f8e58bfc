"""Quality of label maps: two measures called mIoU, and recall.

The data set's mIoU reads one confusion matrix over all frames (Cityscapes, CamVid). The paper's
mIoU (eq. 22) is the mean over frames of each frame's own IoU. The two differ: report both.
"""

from __future__ import annotations

import math
from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

NO_CLASS = 255
"""A pixel without a class: left aside in the truth, a miss in an answer."""

LabelMap = NDArray[np.uint8]


class ConfusionMatrix:
    """Pixel counts by true and predicted class, over all added frames.

    Args:
        classes: M, the number of classes.
    """

    def __init__(self, classes: int) -> None:
        """Create a matrix of zeros."""
        self.classes = classes
        # The additional column counts pixels that the answer gave no class.
        self._counts = np.zeros((classes, classes + 1), np.int64)

    @classmethod
    def sum(cls, matrices: Iterable[ConfusionMatrix]) -> ConfusionMatrix:
        """Return the sum of at least one matrix; all must have the same classes."""
        parts = list(matrices)
        total = cls(parts[0].classes)
        for part in parts:
            total._counts += part._counts
        return total

    @property
    def counts(self) -> NDArray[np.int64]:
        """int64 [M,M+1], rows true, columns predicted; the last column is "no class"."""
        return self._counts.copy()

    def add(self, predicted: LabelMap, truth: LabelMap) -> None:
        """Count one frame.

        Args:
            predicted: uint8 [H,W], class indices or 255.
            truth: uint8 [H,W], class indices or 255; pixels of 255 are ignored.

        Raises:
            ValueError: the shapes differ, or a label is neither a class nor 255.
        """
        self._counts += _count(predicted, truth, self.classes)

    def iou(self) -> NDArray[np.float64]:
        """Return the intersection over union of each class, float64 [M]; nan if it never occurs."""
        return _iou(self._counts)

    def recall(self) -> NDArray[np.float64]:
        """Return the found share of each class's true pixels, float64 [M]; nan without any."""
        hits, true = np.diag(self._counts), self._counts.sum(axis=1)
        return np.divide(hits, true, out=np.full(self.classes, np.nan), where=true > 0)

    def precision(self) -> NDArray[np.float64]:
        """Return the right share of each class's answers, float64 [M]; nan without any."""
        hits, answers = np.diag(self._counts), self._counts[:, : self.classes].sum(axis=0)
        return np.divide(hits, answers, out=np.full(self.classes, np.nan), where=answers > 0)

    def miou(self) -> float:
        """Return the mean IoU of the classes that occur; nan before the first pixel."""
        return _mean_of_known(self.iou())


def frame_iou(predicted: LabelMap, truth: LabelMap, classes: int) -> float:
    """Return the mean IoU of the classes in one frame's truth or answer.

    Args:
        predicted: uint8 [H,W], class indices or 255 (a miss).
        truth: uint8 [H,W], class indices or 255 (ignored).
        classes: M, the number of classes.

    Returns:
        In [0, 1]; nan where the truth has no labelled pixel.

    Raises:
        ValueError: the shapes differ, or a label is neither a class nor 255.

    Example:
        >>> truth = np.array([[0, 0, 1, 255]], np.uint8)
        >>> frame_iou(np.array([[0, 1, 1, 1]], np.uint8), truth, 2)
        0.5
    """
    return _mean_of_known(_iou(_count(predicted, truth, classes)))


def _count(predicted: LabelMap, truth: LabelMap, classes: int) -> NDArray[np.int64]:
    if predicted.shape != truth.shape:
        raise ValueError(
            f"metrics: label map {list(predicted.shape)} against truth {list(truth.shape)}; "
            "resize the answer to the picture's own size"
        )
    # One histogram over 16-bit pairs: at most 65,536 bins, and no extra pass to select pixels.
    pairs = truth.ravel().astype(np.uint16) << 8 | predicted.ravel()
    table = np.bincount(pairs, minlength=1 << 16).reshape(256, 256)
    used = np.flatnonzero(table.any(axis=0) | table.any(axis=1))
    strange = used[(used >= classes) & (used != NO_CLASS)]
    if strange.size:
        raise ValueError(
            f"metrics: label {strange[0]} is none of {classes} classes and not {NO_CLASS}; "
            "is the label map of another data set?"
        )
    return np.column_stack([table[:classes, :classes], table[:classes, NO_CLASS]]).astype(np.int64)


def _iou(counts: NDArray[np.int64]) -> NDArray[np.float64]:
    classes = len(counts)
    hits = np.diag(counts)
    union = counts.sum(axis=1) + counts[:, :classes].sum(axis=0) - hits
    return np.divide(hits, union, out=np.full(classes, np.nan), where=union > 0)


def _mean_of_known(values: NDArray[np.float64]) -> float:
    known = values[~np.isnan(values)]
    return float(known.mean()) if known.size else math.nan
