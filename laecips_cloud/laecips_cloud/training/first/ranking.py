"""How well a miner ranks frames, and what the cloud brings on those that it sends."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from laecips_cloud.training.steps.held_out_rows import HeldOutRow

HARD_SHARE: Final = 0.35
"""Share of the rows that counts as hard when miners are compared."""


@dataclass(frozen=True, kw_only=True)
class MinerScore:
    """How good a miner is on rows with a truth.

    Attributes:
        auroc: against "f's IoU is among the worst 35 %", in [0, 1].
        auroc_gain: against "F's gain is among the best 35 %", in [0, 1].
        published: mean IoU of what is published: F's answer on hard rows, f's on the others.
    """

    auroc: float
    auroc_gain: float
    published: float


def score_miner(
    rows: Sequence[HeldOutRow], confidences: NDArray[np.floating], *, delta: float
) -> MinerScore:
    """Judges a miner by its confidences, float [N], on rows."""
    iou = np.array([row.iou for row in rows])
    assisted = np.array([row.assisted_iou for row in rows])
    hard = confidences <= delta
    return MinerScore(
        auroc=auroc(confidences, worst(iou, HARD_SHARE)),
        auroc_gain=auroc(confidences, worst(iou - assisted, HARD_SHARE)),
        published=float(np.where(hard, assisted, iou).mean()),
    )


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
