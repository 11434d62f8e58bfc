"""How well a score ranks frames by what the cloud gains on them: measures, on many resamples.

The scores are trust: low goes to the cloud first. Each function returns one value per resample,
float64 [B].
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from laecips_eval.experiments.miners.frame_table import FrameTable
from laecips_eval.experiments.miners.resamples import Floats, Resamples

BINS: Final = 200
"""Steps of a curve on many resamples; within a step frames count as sent at random."""


@dataclass(frozen=True, eq=False)
class UploadCurve:
    """Data-set mIoU over CUR, for each of B resamples, from no frame sent to all.

    Attributes:
        shares: CUR, float64 [B, Q + 1], from 0 to 1, rising.
        miou: data-set mIoU in [0, 1] there, float64 [B, Q + 1].
    """

    shares: Floats
    miou: Floats

    def at(self, share: float) -> Floats:
        """Return the mIoU at a CUR in [0, 1], interpolated, float64 [B]."""
        return np.array(
            [np.interp(share, x, y) for x, y in zip(self.shares, self.miou, strict=True)]
        )

    @property
    def area(self) -> Floats:
        """Area above the straight line from f alone to all frames sent, float64 [B]."""
        ends = (self.miou[:, :1] + self.miou[:, -1:]) / 2
        steps = np.diff(self.shares, axis=1)
        middles = (self.miou[:, 1:] + self.miou[:, :-1]) / 2
        return np.asarray((steps * (middles - ends)).sum(axis=1))


def upload_curve(
    table: FrameTable, scores: Floats, resamples: Resamples, *, bins: int | None = None
) -> UploadCurve:
    """Return the curve of a score.

    Args:
        table: at least one frame, each with a labelled pixel.
        scores: float64 [N]; of equal ones the earlier frame goes first.
        resamples: of the table's frames.
        bins: number of steps; None for one per frame.
    """
    frames = len(table)
    count = min(frames, bins or frames)
    order = np.empty(frames, np.int64)
    order[np.argsort(scores, kind="stable")] = np.arange(frames)
    counts = np.concatenate(
        [
            np.ones((frames, 1), np.int64),
            table.f_intersections,
            table.f_unions,
            table.cloud_intersections,
            table.cloud_unions,
        ],
        axis=1,
    )
    sums = resamples.sums(counts, order * count // frames, count)
    sent = np.concatenate([np.zeros_like(sums[:, :1]), sums.cumsum(axis=1)], axis=1)
    kept = sent[:, -1:] - sent
    classes = len(table.classes)
    f_hits, f_union, hits, union = (slice(1 + k * classes, 1 + (k + 1) * classes) for k in range(4))
    intersections = kept[..., f_hits] + sent[..., hits]
    unions = kept[..., f_union] + sent[..., union]
    iou = np.divide(intersections, unions, out=np.zeros_like(unions), where=unions > 0.5)
    return UploadCurve(sent[..., 0] / sent[:, -1:, 0], iou.sum(axis=2) / (unions > 0.5).sum(axis=2))


def auroc(scores: Floats, hard: NDArray[np.bool_], resamples: Resamples) -> Floats:
    """Return the chance that a hard frame has less trust than another one; a tie counts half.

    Args:
        scores: float64 [N].
        hard: bool [N].
        resamples: of these frames.

    Returns:
        In [0, 1]; nan where none or all of the frames are hard.
    """
    weights = resamples.weights
    hard_weights = weights[:, hard]
    number = hard_weights.sum(axis=1)
    others = weights.sum(axis=1) - number
    ranks = _ranks(-scores, weights)[:, hard]
    above = (hard_weights * ranks).sum(axis=1) - number**2 / 2
    pairs = number * others
    return np.divide(above, pairs, out=np.full(len(pairs), np.nan), where=pairs > 0)


def rank_correlation(scores: Floats, gain: Floats, resamples: Resamples) -> Floats:
    """Return Spearman's rank correlation of doubt (low trust) with the gain; ties share a rank.

    Args:
        scores: float64 [N].
        gain: float64 [N], without nan.
        resamples: of these frames.

    Returns:
        In [-1, 1]; nan where all scores or all gains are equal.
    """
    weights = resamples.weights
    doubt, worth = _ranks(-scores, weights), _ranks(gain, weights)
    total = weights.sum(axis=1, keepdims=True)
    doubt -= (weights * doubt).sum(axis=1, keepdims=True) / total
    worth -= (weights * worth).sum(axis=1, keepdims=True) / total
    spread = np.sqrt((weights * doubt**2).sum(axis=1) * (weights * worth**2).sum(axis=1))
    product = (weights * doubt * worth).sum(axis=1)
    return np.divide(product, spread, out=np.full(len(spread), np.nan), where=spread > 1e-9)


def _ranks(values: Floats, weights: Floats) -> Floats:
    """Return each frame's mean rank among the resampled ones less 1/2, float64 [B, N]."""
    order = np.argsort(values, kind="stable")
    ordered = values[order]
    new = np.concatenate([[True], ordered[1:] != ordered[:-1]])
    of_group = np.add.reduceat(weights[:, order], np.flatnonzero(new), axis=1)
    group = np.empty(len(values), np.int64)
    group[order] = new.cumsum() - 1
    return np.asarray((of_group.cumsum(axis=1) - of_group / 2)[:, group])
