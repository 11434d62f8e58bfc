"""The end of a first training: thresholds and scores on frames that nothing learnt from, a bundle.

On these frames delta, the baselines' thresholds, beta, h's quantiles and the temperature are
fitted, and everything is measured.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
from laecips_edge.core.bundle.bundle import Bundle
from laecips_edge.core.image.tiling import Tiling

from laecips_cloud.export.bundle_export import export_bundle
from laecips_cloud.export.int8_ranges import add_int8
from laecips_cloud.metrics import ConfusionMatrix
from laecips_cloud.networks import EdgeNetwork, MinerNetwork
from laecips_cloud.training.data.labelled_frames import LabelledFrame, LabelledFrames
from laecips_cloud.training.first.ranking import MinerScore, score_miner
from laecips_cloud.training.steps.held_out_rows import HeldOutRow
from laecips_cloud.training.steps.learning_curve import LearningCurve
from laecips_cloud.training.steps.thresholds import (
    baseline_trust,
    fit_beta,
    fit_temperature,
    quantiles,
    thresholds_at_share,
)
from laecips_cloud.training.steps.train_miner import HardRule, trust

_AGREEMENT_FRAMES: Final = 3
_INT8_FRAMES: Final = 24

Progress = Callable[[str], None]
Scores = tuple[ConfusionMatrix, ConfusionMatrix]
RowsOf = Callable[[Sequence[LabelledFrame], Scores], Sequence[HeldOutRow]]
"""Runs f and F over frames, and adds the original ones to the confusion matrices of f and F."""


@dataclass(frozen=True)
class FirstTrainingResult:
    """The result of a first training, with its scores on the held-out frames.

    Attributes:
        bundle: the bundle.
        f: confusion matrix of f on the original frames.
        assisted: confusion matrix of F on the original frames.
        frame_mean: (f's, F's) mean over the original frames of the per-frame IoU (eq. 22).
        frame_mean_drifted: the same over the drifted variants; nan if there are none.
        rule: the rule for hard frames that h was trained on.
        miners: score of each miner, by name.
        curve: the course of f's training; empty if f was restored.
        measured_on: the held-out frames of all scores.
    """

    bundle: Bundle
    f: ConfusionMatrix
    assisted: ConfusionMatrix
    frame_mean: tuple[float, float]
    frame_mean_drifted: tuple[float, float]
    rule: HardRule
    miners: dict[str, MinerScore]
    curve: LearningCurve
    measured_on: Sequence[LabelledFrame]


def measured_pair(
    f: EdgeNetwork,
    h: MinerNetwork,
    path: Path,
    *,
    unseen: Sequence[LabelledFrame],
    rows_of: RowsOf,
    rule: HardRule,
    curve: LearningCurve,
    name: str,
    of: LabelledFrames,
    tiling: Tiling,
    training: Mapping[str, Any],
    progress: Progress,
) -> FirstTrainingResult:
    """Fit the thresholds of a pair, measure it, and write its bundle.

    The bundle gets ranges for int8 where f agrees with itself in float.

    Args:
        f: the segmenter, in evaluation mode.
        h: the miner, in evaluation mode.
        path: folder of the bundle.
        unseen: frames that neither has seen, at least one.
        rows_of: runs f and F over them.
        rule: the rule for hard frames; each miner's threshold calls its share of the rows hard.
        curve: the course of f's training.
        name: name of the bundle and of the data set, for people.
        of: the data set, for classes and palette.
        tiling: size and tiles of f's input.
        training: what the manifest says of the training; the scores are added.
        progress: takes a line that says whether f may run in int8.

    Raises:
        BundleError: see `export_bundle`.
    """
    matrices = ConfusionMatrix(f.classes), ConfusionMatrix(f.classes)
    rows = rows_of(unseen, matrices)
    trust_by_miner = {"laecips": trust(h, rows), **baseline_trust(rows)}
    thresholds = thresholds_at_share(trust_by_miner, rule.share)
    miners = {
        miner: score_miner(rows, values, delta=thresholds[miner])
        for miner, values in trust_by_miner.items()
    }
    measures = {
        "frames": len(unseen),
        "miou": _figure(matrices[0].miou()),
        "miou_assisted": _figure(matrices[1].miou()),
        "auroc": {miner: _figure(score.auroc) for miner, score in miners.items()},
    }
    bundle = export_bundle(
        f,
        h,
        path,
        name=name,
        classes=of.classes,
        palette=of.palette,
        input_size=tiling.tile,
        tiles=tiling.grid,
        delta=thresholds["laecips"],
        beta=fit_beta(rows, share=rule.share),
        quantiles=quantiles(trust_by_miner["laecips"]),
        temperature=fit_temperature([row for row in rows if not row.drifted]),
        thresholds=thresholds,
        agreement_images=[frame.image for frame in unseen[:_AGREEMENT_FRAMES]],
        training={
            **training,
            "data_set": name,
            "hard_gain": round(rule.gain, 4),
            "hard_gain_of": rule.cloud,
            "hard_share": round(rule.share, 4),
            "held_out": measures,
        },
    )
    if len(unseen) > 1:
        some = unseen[:: math.ceil(len(unseen) / _INT8_FRAMES)]
        trial = add_int8(bundle, [frame.image for frame in some])
        progress(str(trial))
        bundle = trial.bundle
    return FirstTrainingResult(
        bundle,
        *matrices,
        _means(rows, drifted=False),
        _means(rows, drifted=True),
        rule,
        miners,
        curve,
        unseen,
    )


def _means(rows: Sequence[HeldOutRow], *, drifted: bool) -> tuple[float, float]:
    chosen = [(row.iou, row.assisted_iou) for row in rows if row.drifted == drifted]
    if not chosen:
        return float("nan"), float("nan")
    f, assisted = np.mean(chosen, axis=0)
    return float(f), float(assisted)


def _figure(value: float) -> float | None:
    """Return a figure for the manifest; None where too few frames were held out to have one."""
    return None if math.isnan(value) else round(value, 4)
