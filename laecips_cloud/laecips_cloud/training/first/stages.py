"""The stages of a first training, one after the other."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Final

import numpy as np
import torch
from numpy.typing import NDArray

from laecips_cloud.metrics import ConfusionMatrix
from laecips_cloud.networks import EdgeNetwork, MinerNetwork, create_edge_network
from laecips_cloud.networks.initial_weights import take_weights
from laecips_cloud.training.data.labelled_frames import LabelledFrame
from laecips_cloud.training.data.time_blocks import spread
from laecips_cloud.training.first.settings import FirstTraining
from laecips_cloud.training.steps.checkpoints import Checkpoints
from laecips_cloud.training.steps.held_out_rows import Assist, HeldOutRow, make_rows
from laecips_cloud.training.steps.learning_curve import LearningCurve
from laecips_cloud.training.steps.train_miner import (
    HardRule,
    MinerRecipe,
    choose_hard_rule,
    train_miner,
)
from laecips_cloud.training.steps.train_segmenter import SegmenterRecipe, train_segmenter

Progress = Callable[[str], None]

MOST_FOLD_ROWS: Final = 3000
"""Rows of all folds from which h learns: its usual training draws each of them twice."""


class Stages:
    """The stages of a first training: f, the folds' networks, h.

    A stage that has a checkpoint is restored instead of trained.
    """

    def __init__(
        self,
        *,
        settings: FirstTraining,
        classes: int,
        assist: Assist,
        checkpoints: Checkpoints,
        progress: Progress,
    ) -> None:
        """Store what the stages share.

        Args:
            settings: see `FirstTraining`.
            classes: M, number of classes.
            assist: assisted inference F.
            checkpoints: keeps the weights of finished stages.
            progress: called with lines for people.
        """
        self._settings, self._classes, self._assist = settings, classes, assist
        self._checkpoints, self._progress = checkpoints, progress

    def segmenter(
        self,
        stage: str,
        frames: Sequence[LabelledFrame],
        *,
        steps: int,
        seconds: float,
        curve: LearningCurve | None = None,
    ) -> EdgeNetwork:
        """Train or restore an f.

        Args:
            stage: name of the stage, for its checkpoint.
            frames: the frames to train on.
            steps: number of steps.
            seconds: time limit.
            curve: takes down the course of the training; a restored f has none.

        Returns:
            f, in evaluation mode.
        """
        settings = self._settings
        torch.manual_seed(settings.seed)
        network = create_edge_network(settings.network, classes=self._classes, width=settings.width)
        if settings.weights:
            taken, given = take_weights(settings.weights, network)
            self._progress(f"{stage}: begins with {taken} of the {given} weights of the file")
        # Rounding depends on the memory format: a restored f must compute as the trained one.
        network.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
        if not self._checkpoints.restore(stage, network):
            train_segmenter(
                network,
                frames,
                recipe=SegmenterRecipe(
                    input_size=settings.input_size,
                    steps=steps,
                    seconds=seconds,
                    relit=settings.light,
                    seed=settings.seed,
                ),
                curve=curve,
                progress=lambda line: self._progress(f"{stage}: {line}"),
            )
            self._checkpoints.keep(stage, network)
        return network

    def miner(
        self, f: EdgeNetwork, frames: Sequence[LabelledFrame], kept_for_h: Sequence[LabelledFrame]
    ) -> tuple[MinerNetwork, HardRule]:
        """Train h on the folds' rows, if there are folds, then on f's own rows of held-out frames.

        Args:
            f: the trained f.
            frames: frames that f was trained on; they are divided into the folds.
            kept_for_h: held-out frames for the second part of h's training.

        Returns:
            h, in evaluation mode, and the rule for hard frames of the second part.
        """
        settings = self._settings
        torch.manual_seed(settings.seed)
        miner = MinerNetwork(classes=self._classes, width=settings.miner_width)
        recipe = MinerRecipe(
            steps=settings.miner_steps, seconds=settings.seconds_of_h, seed=settings.seed
        )
        if settings.folds:
            self._train_on_folds(miner, frames, recipe)
            recipe = replace(
                recipe,
                steps=max(1, recipe.steps // 3),
                seconds=recipe.seconds / 3,
                learning_rate=3e-4,
            )
        rows = self.rows(f, kept_for_h)
        rule = choose_hard_rule(rows)
        self._progress(
            f"h is trained on {len(rows)} rows of f: {rule.share:.0%} are hard, where a"
            f"{'n' if rule.cloud == 'assisted' else ''} {rule.cloud} cloud adds at least "
            f"{rule.gain:.3f} of IoU"
        )
        train_miner(miner, rows, rule.easiness(rows), recipe=recipe, progress=self._progress)
        return miner, rule

    def _train_on_folds(
        self, miner: MinerNetwork, frames: Sequence[LabelledFrame], recipe: MinerRecipe
    ) -> None:
        if self._checkpoints.restore("h of folds", miner):
            return
        rows, easiness = self._fold_rows(frames)
        train_miner(miner, rows, easiness, recipe=recipe, progress=self._progress)
        self._checkpoints.keep("h of folds", miner)

    def _fold_rows(
        self, frames: Sequence[LabelledFrame]
    ) -> tuple[list[HeldOutRow], NDArray[np.float32]]:
        """Return rows of each fold, by an f trained on the others, and how easy they are: [N]."""
        settings, rows, easiness = self._settings, list[HeldOutRow](), list[NDArray[np.float32]]()
        most = MOST_FOLD_ROWS // (1 + settings.variants)
        # Folds are blocks of time: neighbouring frames look alike, and must not be on both sides.
        for fold, block in enumerate(np.array_split(np.arange(len(frames)), settings.folds)):
            inside = set(block.tolist())
            f = self.segmenter(
                f"fold {fold + 1} of {settings.folds}",
                [frame for i, frame in enumerate(frames) if i not in inside],
                steps=max(1, round(settings.steps * settings.fold_share)),
                seconds=settings.seconds_of_a_fold,
            )
            read = spread(block.tolist(), max(1, most // settings.folds))
            self._progress(f"fold {fold + 1} of {settings.folds}: f and F label {len(read)} frames")
            fold_rows = self.rows(f, [frames[i] for i in read])
            # A rule of its own for each fold: one fold's f may be much better than another's.
            easiness.append(choose_hard_rule(fold_rows).easiness(fold_rows))
            rows += fold_rows
        self._progress(f"h is trained on {len(rows)} rows of the folds")
        return rows, np.concatenate(easiness)

    def rows(
        self,
        network: EdgeNetwork,
        frames: Sequence[LabelledFrame],
        *,
        scores: tuple[ConfusionMatrix, ConfusionMatrix] | None = None,
    ) -> list[HeldOutRow]:
        """Run f and F over frames that f was not trained on; see `make_rows`."""
        return list(
            make_rows(
                network,
                frames,
                assist=self._assist,
                tiling=self._settings.tiling,
                variants=self._settings.variants,
                seed=self._settings.seed,
                scores=scores,
            )
        )
