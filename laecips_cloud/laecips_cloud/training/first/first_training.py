"""The first training of a pair (f, h), from labelled frames to a bundle.

1. f is trained on all frames.
2. For each of k folds another f is trained on the other folds and run over this one. Its outputs,
   on original and drifted frames that it was not trained on, are the rows that h is trained on.
3. The folds' networks were trained on fewer frames for fewer steps, and are less confident than f.
   h is therefore trained further on f's own rows of the first half of the held-out frames.
4. On the second half, which neither f nor h has seen, delta, the baselines' thresholds, beta, h's
   quantiles and the temperature are fitted, and everything is measured.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from laecips_edge.core.bundle.bundle import MANIFEST, Bundle

from laecips_cloud.export.bundle_export import export_bundle
from laecips_cloud.metrics import ConfusionMatrix
from laecips_cloud.training.data.labelled_frames import (
    LabelledFrame,
    LabelledFrames,
    fitted,
)
from laecips_cloud.training.first.ranking import MinerScore, score_miner
from laecips_cloud.training.first.settings import FirstTraining
from laecips_cloud.training.first.stages import Stages
from laecips_cloud.training.steps.checkpoints import Checkpoints
from laecips_cloud.training.steps.held_out_rows import Assist, HeldOutRow
from laecips_cloud.training.steps.learning_curve import LearningCurve
from laecips_cloud.training.steps.thresholds import (
    baseline_trust,
    fit_beta,
    fit_temperature,
    quantiles,
    thresholds_at_share,
)
from laecips_cloud.training.steps.train_miner import (
    HardRule,
    trust,
)

Progress = Callable[[str], None]

_AGREEMENT_FRAMES = 3


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


def first_training(
    frames: LabelledFrames,
    held_out: LabelledFrames,
    *,
    settings: FirstTraining,
    assist: Assist,
    path: Path,
    name: str,
    resume: bool = False,
    progress: Progress = lambda line: None,
) -> FirstTrainingResult:
    """Train f and h and write the bundle.

    Args:
        frames: the frames to train on.
        held_out: frames that f is not trained on, at least two; ordered so that the first and the
            second half have no scene in common.
        settings: see `FirstTraining`.
        assist: assisted inference F, as the cloud will run it.
        path: folder of the bundle; checkpoints lie beside it during the training.
        name: name of the bundle and of the data set, for people.
        resume: continue an interrupted training with the same settings.
        progress: called with lines for people.

    Returns:
        The bundle and its scores.

    Raises:
        ValueError: there are fewer frames than folds, fewer than two held-out frames, or frames of
            different classes; or `path` exists and is not a bundle.
    """
    _check(frames, held_out, folds=settings.folds, path=path)
    progress(f"reading {len(frames)} frames and {len(held_out)} held-out ones")
    seen = [fitted(frames[i], settings.tiling.picture) for i in range(len(frames))]
    unseen = [held_out[i] for i in range(len(held_out))]
    checkpoints = Checkpoints(
        path.with_name(f".{path.name}.training"),
        recipe=settings.as_json() | {"frames": len(seen), "classes": list(frames.classes)},
        resume=resume,
    )
    stages = Stages(
        settings=settings,
        classes=len(frames.classes),
        assist=assist,
        checkpoints=checkpoints,
        progress=progress,
    )
    curve = LearningCurve(held_out=unseen, tiling=settings.tiling)
    f = stages.segmenter(
        "f", seen, steps=settings.steps, seconds=settings.seconds_of_f, curve=curve
    )
    kept_for_h, unseen = unseen[: len(unseen) // 2], unseen[len(unseen) // 2 :]
    h, rule = stages.miner(f, seen, kept_for_h)
    progress(f"measuring on {len(unseen)} held-out frames")
    matrices = ConfusionMatrix(f.classes), ConfusionMatrix(f.classes)
    rows = list(stages.rows(f, unseen, scores=matrices))
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
        classes=frames.classes,
        palette=frames.palette,
        input_size=settings.input_size,
        tiles=settings.tiles,
        delta=thresholds["laecips"],
        beta=fit_beta(rows, share=rule.share),
        quantiles=quantiles(trust_by_miner["laecips"]),
        temperature=fit_temperature([row for row in rows if not row.drifted]),
        thresholds=thresholds,
        agreement_images=[frame.image for frame in unseen[:_AGREEMENT_FRAMES]],
        training={
            **settings.as_json(),
            "data_set": name,
            "frames": len(seen),
            "hard_gain": round(rule.gain, 4),
            "hard_gain_of": rule.cloud,
            "hard_share": round(rule.share, 4),
            "held_out": measures,
        },
    )
    checkpoints.remove()
    frame_mean, drifted = _means(rows, drifted=False), _means(rows, drifted=True)
    return FirstTrainingResult(bundle, *matrices, frame_mean, drifted, rule, miners, curve, unseen)


def _check(frames: LabelledFrames, held_out: LabelledFrames, *, folds: int, path: Path) -> None:
    if len(frames) < folds or len(held_out) < 2:
        raise ValueError(
            f"first training: {len(frames)} frames and {len(held_out)} held-out ones are too few "
            f"for {folds} folds"
        )
    if list(frames.classes) != list(held_out.classes):
        raise ValueError(
            "first training: the held-out frames have other classes than the frames; give frames "
            "of the same classes"
        )
    if path.exists() and not (path / MANIFEST).is_file():
        # Checked here, or a finished training could not be written.
        raise ValueError(f"{path}: exists and is not a bundle; give another folder")


def _means(rows: Sequence[HeldOutRow], *, drifted: bool) -> tuple[float, float]:
    chosen = [(row.iou, row.assisted_iou) for row in rows if row.drifted == drifted]
    if not chosen:
        return float("nan"), float("nan")
    f, assisted = np.mean(chosen, axis=0)
    return float(f), float(assisted)


def _figure(value: float) -> float | None:
    """Return a figure for the manifest; None where too few frames were held out to have one."""
    return None if math.isnan(value) else round(value, 4)
