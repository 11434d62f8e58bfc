"""Scores of a miner: how well it ranks frames, and the IoU of what is published with it."""

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
    """The scores of a miner on rows with labels.

    Attributes:
        auroc: AUROC for "f's IoU is among the worst 35 %", in [0, 1].
        auroc_gain: AUROC for "F's gain of IoU is among the best 35 %", in [0, 1].
        published: mean IoU of the published answers: F's on hard rows, f's on the others.
    """

    auroc: float
    auroc_gain: float
    published: float


def score_miner(
    rows: Sequence[HeldOutRow], trust: NDArray[np.floating], *, delta: float
) -> MinerScore:
    """Score a miner on rows.

    Args:
        rows: N rows with labels.
        trust: float [N], the miner's trust in f on each row.
        delta: the miner's threshold: a row is hard iff its trust is at most delta.
    """
    iou = np.array([row.iou for row in rows])
    assisted = np.array([row.assisted_iou for row in rows])
    hard = trust <= delta
    return MinerScore(
        auroc=auroc(trust, lowest(iou, HARD_SHARE)),
        auroc_gain=auroc(trust, lowest(iou - assisted, HARD_SHARE)),
        published=float(np.where(hard, assisted, iou).mean()),
    )


def auroc(trust: NDArray[np.floating], hard: NDArray[np.bool_]) -> float:
    """Return the area under the ROC curve: how probably a hard frame is trusted less than an easy.

    Args:
        trust: float [N], a miner's trust; low should mean hard.
        hard: bool [N].

    Returns:
        A float in [0, 1], ties counting half; 0.5 is chance; nan if all frames are hard or none is.

    Example:
        >>> auroc(np.array([0.1, 0.4, 0.3, 0.9]), np.array([True, True, False, False]))
        0.75
    """
    positives, negatives = np.sort(trust[hard]), np.sort(trust[~hard])
    if not len(positives) or not len(negatives):
        return float("nan")
    below = np.searchsorted(positives, negatives, side="left")
    not_above = np.searchsorted(positives, negatives, side="right")
    return float((below + not_above).sum() / (2.0 * len(positives) * len(negatives)))


def lowest(values: NDArray[np.floating], share: float) -> NDArray[np.bool_]:
    """Mark the lowest `share` of the values; ties go to the earlier one.

    Args:
        values: float [N].
        share: in [0, 1]; rounded down to whole values.

    Returns:
        bool [N].
    """
    marks = np.zeros(len(values), bool)
    marks[np.argsort(values, kind="stable")[: int(share * len(values) + 1e-9)]] = True
    return marks
