"""The first training of a pair (f, h), from labelled frames to a bundle.

1. f is trained on all frames.
2. For each of k folds another f is trained on the other folds, and run over this one: rows of
   frames that it was not trained on, in daylight and relit. h learns from them what is hard.
3. The folds' networks saw fewer frames for fewer steps, and are less sure of themselves than f. h
   gets used to f on the first half of the held-out frames.
4. Delta, the baselines' thresholds, beta, h's quantiles and the temperature are fitted, and
   everything is measured, on the second half, which neither f nor h has seen.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from laecips_edge.core.bundle import Bundle
from laecips_edge.core.metrics import ConfusionMatrix
from numpy.typing import NDArray

from laecips_cloud.export import export_bundle
from laecips_cloud.networks import Miner, RFNet
from laecips_cloud.training.checkpoints import Checkpoints
from laecips_cloud.training.labelled_frames import LabelledFrame, LabelledFrames
from laecips_cloud.training.losses import class_weights
from laecips_cloud.training.ranking import MinerScore, score_miner
from laecips_cloud.training.rows import Assist, Row, make_rows
from laecips_cloud.training.settings import FirstTraining
from laecips_cloud.training.thresholds import (
    baseline_confidences,
    fit_beta,
    fit_temperature,
    quantiles,
    thresholds_at_share,
)
from laecips_cloud.training.train_miner import (
    HardRule,
    MinerRecipe,
    choose_hard_rule,
    train_miner,
    trust,
)
from laecips_cloud.training.train_segmenter import (
    SegmenterRecipe,
    pixel_counts,
    train_segmenter,
)

Progress = Callable[[str], None]

_AGREEMENT_FRAMES = 3


@dataclass(frozen=True)
class Outcome:
    """What a first training made, and how good it is on the held-out frames.

    Attributes:
        bundle: the bundle.
        f: confusion matrix of f on the frames as they are.
        assisted: the same of F.
        frame_mean: mean over frames of f's and F's per-frame IoU (eq. 22), as they are.
        frame_mean_relit: the same in other light; nan without variants.
        rule: what h was taught to call hard.
        miners: how each of them ranks and what it brings, by name.
    """

    bundle: Bundle
    f: ConfusionMatrix
    assisted: ConfusionMatrix
    frame_mean: tuple[float, float]
    frame_mean_relit: tuple[float, float]
    rule: HardRule
    miners: dict[str, MinerScore]


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
) -> Outcome:
    """Trains f and h and writes the bundle.

    Args:
        frames: what to learn from.
        held_out: frames that f does not learn from, in an order in which halves share nothing; at
            least two.
        settings: see `FirstTraining`.
        assist: assisted inference F, as the cloud will run it.
        path: folder of the bundle; the weights of stages that are done lie beside it meanwhile.
        name: name of the bundle and of the data set, for people.
        resume: go on where a training with the same settings was stopped.
        progress: takes lines for people.

    Returns:
        The bundle and its measures.

    Raises:
        ValueError: fewer frames than folds, fewer than two held-out ones, or other classes there.
    """
    if len(frames) < settings.folds or len(held_out) < 2:
        raise ValueError(
            f"first training: {len(frames)} frames and {len(held_out)} held-out ones are too few "
            f"for {settings.folds} folds"
        )
    if list(frames.classes) != list(held_out.classes):
        raise ValueError("first training: the held-out frames have other classes than the frames")
    progress(f"reading {len(frames)} frames and {len(held_out)} held-out ones")
    seen = [frames[i] for i in range(len(frames))]
    unseen = [held_out[i] for i in range(len(held_out))]
    checkpoints = Checkpoints(
        path.with_name(f".{path.name}.training"),
        recipe=settings.as_json() | {"frames": len(seen), "classes": list(frames.classes)},
        resume=resume,
    )
    trainer = _Trainer(
        settings=settings,
        classes=len(frames.classes),
        assist=assist,
        checkpoints=checkpoints,
        progress=progress,
    )
    f = trainer.segmenter("f", seen, steps=settings.steps, seconds=settings.seconds_of_f)
    kept_for_h, unseen = unseen[: len(unseen) // 2], unseen[len(unseen) // 2 :]
    h, rule = trainer.miner(f, seen, kept_for_h)
    progress(f"measuring on {len(unseen)} held-out frames")
    matrices = ConfusionMatrix(f.classes), ConfusionMatrix(f.classes)
    rows = list(trainer.rows(f, unseen, scores=matrices))
    confidences = {"laecips": trust(h, rows), **baseline_confidences(rows)}
    thresholds = thresholds_at_share(confidences, rule.share)
    miners = {
        miner: score_miner(rows, values, delta=thresholds[miner])
        for miner, values in confidences.items()
    }
    frame_mean, relit = _means(rows, relit=False), _means(rows, relit=True)
    bundle = export_bundle(
        f,
        h,
        path,
        name=name,
        classes=frames.classes,
        palette=frames.palette,
        input_size=settings.input_size,
        delta=thresholds["laecips"],
        beta=fit_beta(rows, share=rule.share, weights=class_weights(pixel_counts(seen, f.classes))),
        quantiles=quantiles(confidences["laecips"]),
        temperature=fit_temperature([row for row in rows if not row.relit]),
        thresholds=thresholds,
        agreement_images=[frame.image for frame in unseen[:_AGREEMENT_FRAMES]],
        training={
            **settings.as_json(),
            "data_set": name,
            "frames": len(seen),
            "hard_gain": round(rule.gain, 4),
            "hard_gain_of": rule.cloud,
            "hard_share": round(rule.share, 4),
            "held_out": {
                "frames": len(unseen),
                "miou": round(matrices[0].miou(), 4),
                "miou_assisted": round(matrices[1].miou(), 4),
                "frame_mean": round(frame_mean[0], 4),
                "auroc": {miner: round(score.auroc, 4) for miner, score in miners.items()},
            },
        },
    )
    checkpoints.remove()
    return Outcome(bundle, *matrices, frame_mean, relit, rule, miners)


class _Trainer:
    """The stages of a first training; each is restored where it is done already."""

    def __init__(
        self,
        *,
        settings: FirstTraining,
        classes: int,
        assist: Assist,
        checkpoints: Checkpoints,
        progress: Progress,
    ) -> None:
        self._settings, self._classes, self._assist = settings, classes, assist
        self._checkpoints, self._progress = checkpoints, progress

    def segmenter(
        self, stage: str, frames: Sequence[LabelledFrame], *, steps: int, seconds: float
    ) -> RFNet:
        """Trains an f on frames."""
        settings = self._settings
        torch.manual_seed(settings.seed)
        network = RFNet(classes=self._classes, width=settings.width, depth=False)
        # Convolutions round otherwise in another memory format: restored is to equal trained.
        network.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
        if not self._checkpoints.restore(stage, network):
            train_segmenter(
                network,
                frames,
                recipe=SegmenterRecipe(
                    input_size=settings.input_size,
                    steps=steps,
                    seconds=seconds,
                    seed=settings.seed,
                ),
                progress=lambda line: self._progress(f"{stage}, {line}"),
            )
            self._checkpoints.keep(stage, network)
        return network

    def miner(
        self, f: RFNet, frames: Sequence[LabelledFrame], kept_for_h: Sequence[LabelledFrame]
    ) -> tuple[Miner, HardRule]:
        """Trains h on the folds' rows, then on f's own rows of frames that f has not seen."""
        settings = self._settings
        torch.manual_seed(settings.seed)
        miner = Miner(classes=self._classes, width=settings.miner_width)
        if not self._checkpoints.restore("h of folds", miner):
            rows, hard = self._fold_rows(frames)
            recipe = MinerRecipe(
                steps=settings.miner_steps, seconds=settings.seconds_of_h, seed=settings.seed
            )
            train_miner(miner, rows, hard, recipe=recipe, progress=self._progress)
            self._checkpoints.keep("h of folds", miner)
        rows = self.rows(f, kept_for_h)
        rule = choose_hard_rule(rows)
        self._progress(
            f"h gets used to f on {len(rows)} rows: {rule.share:.0%} are hard, by at least "
            f"{rule.gain:.3f} of IoU that a{'n' if rule.cloud == 'assisted' else ''} "
            f"{rule.cloud} cloud adds"
        )
        recipe = MinerRecipe(
            steps=max(1, settings.miner_steps // 3),
            seconds=settings.seconds_of_h / 3,
            learning_rate=3e-4,
            seed=settings.seed,
        )
        train_miner(miner, rows, rule.hard(rows), recipe=recipe, progress=self._progress)
        return miner, rule

    def _fold_rows(self, frames: Sequence[LabelledFrame]) -> tuple[list[Row], NDArray[np.bool_]]:
        """Rows of each fold by an f that was trained on the others, and which of them are hard."""
        settings, rows, hard = self._settings, list[Row](), list[NDArray[np.bool_]]()
        # Folds are blocks of time: neighbouring frames look alike, and must not be on both sides.
        for fold, block in enumerate(np.array_split(np.arange(len(frames)), settings.folds)):
            inside = set(block.tolist())
            f = self.segmenter(
                f"fold {fold + 1} of {settings.folds}",
                [frame for i, frame in enumerate(frames) if i not in inside],
                steps=max(1, round(settings.steps * settings.fold_share)),
                seconds=settings.seconds_of_a_fold,
            )
            fold_rows = self.rows(f, [frames[i] for i in block])
            # Hard by the measure of this f: one of the folds may be much better than another.
            hard.append(choose_hard_rule(fold_rows).hard(fold_rows))
            rows += fold_rows
        self._progress(f"h learns from {len(rows)} rows of the folds")
        return rows, np.concatenate(hard)

    def rows(
        self,
        network: RFNet,
        frames: Sequence[LabelledFrame],
        *,
        scores: tuple[ConfusionMatrix, ConfusionMatrix] | None = None,
    ) -> list[Row]:
        """Runs f and F over frames that f has not seen."""
        return list(
            make_rows(
                network,
                frames,
                assist=self._assist,
                input_size=self._settings.input_size,
                variants=self._settings.variants,
                seed=self._settings.seed,
                scores=scores,
            )
        )


def _means(rows: Sequence[Row], *, relit: bool) -> tuple[float, float]:
    chosen = [(row.iou, row.assisted_iou) for row in rows if row.relit == relit]
    if not chosen:
        return float("nan"), float("nan")
    f, assisted = np.mean(chosen, axis=0)
    return float(f), float(assisted)
