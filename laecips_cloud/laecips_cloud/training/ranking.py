"""How well a miner ranks frames, apart from any threshold."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray


def auroc(confidences: NDArray[np.floating], hard: NDArray[np.bool_]) -> float:
    """Area under the ROC curve: the chance that a hard frame is trusted less than an easy one.

    Args:
        confidences: float [N], a miner's; low should mean hard.
        hard: bool [N].

    Returns:
        A float in [0, 1], ties counting half; 0.5 is chance, nan where one kind is missing.

    Example:
        >>> auroc(np.array([0.1, 0.4, 0.3, 0.9]), np.array([True, True, False, False]))
        0.75
    """
    positives, negatives = np.sort(confidences[hard]), np.sort(confidences[~hard])
    if not len(positives) or not len(negatives):
        return float("nan")
    below = np.searchsorted(positives, negatives, side="left")
    not_above = np.searchsorted(positives, negatives, side="right")
    return float((below + not_above).sum() / (2.0 * len(positives) * len(negatives)))


def worst(values: NDArray[np.floating], share: float) -> NDArray[np.bool_]:
    """Marks the lowest `share` of the values; ties go to the earlier one.

    Args:
        values: float [N].
        share: in [0, 1].

    Returns:
        bool [N], with round(share * N) marks.
    """
    marks = np.zeros(len(values), bool)
    marks[np.argsort(values, kind="stable")[: round(share * len(values))]] = True
    return marks
