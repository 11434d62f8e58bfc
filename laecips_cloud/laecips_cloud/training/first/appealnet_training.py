"""From a pair (f, h) to an AppealNet: on the frames and for the steps that taught the pair's h.

The pair's f has learnt from the frames to train on; h has learnt from the first half of the
held-out frames and drifted views of them, and with folds from those to train on, too. So does the
AppealNet here: it begins with that f, and then f and its new head learn together from the views of
the frames that h has learnt from. The second half of the held-out frames measures it, as it
measured the pair.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
import torch
from laecips_edge.core.bundle.bundle import MANIFEST, Bundle

from laecips_cloud.export.bundle_export import load_networks
from laecips_cloud.networks import AppealNet, EdgeNetwork
from laecips_cloud.training.data.drifted_views import View, view_of
from laecips_cloud.training.data.labelled_frames import LabelledFrame, LabelledFrames
from laecips_cloud.training.first.measured_pair import (
    FirstTrainingResult,
    Scores,
    measured_pair,
)
from laecips_cloud.training.first.settings import as_json
from laecips_cloud.training.steps.held_out_rows import DISTURBED, Assist, HeldOutRow, make_rows
from laecips_cloud.training.steps.learning_curve import LearningCurve
from laecips_cloud.training.steps.train_appealnet import AppealRecipe, train_appealnet
from laecips_cloud.training.steps.train_miner import choose_hard_rule

Progress = Callable[[str], None]

_LEAST_BETA: Final = 1e-3


@dataclass(frozen=True, kw_only=True)
class AppealNetTraining:
    """Settings of an AppealNet's training.

    Attributes:
        steps: number of steps of f and its head; the shipped h took 300.
        batch: views in a step; h takes 16, too.
        teacher: name of the teacher that answers for the cloud; "": F has f's scores.
        minutes: approximate time limit; None: no limit, and reproducible.
        variants: drifted variants of each frame.
        seed: seed of the head's first weights, order and views; that of the pair's training gives
            the views that its h has learnt from.
    """

    steps: int = 300
    batch: int = 16
    teacher: str = ""
    minutes: float | None = None
    variants: int = 2
    seed: int = 0

    def __post_init__(self) -> None:
        """Raise ValueError for the first setting that is out of range."""
        for name, bad in [
            ("steps", self.steps < 1),
            ("batch", self.batch < 1),
            ("minutes", self.minutes is not None and not self.minutes > 0),
            ("variants", self.variants < 0),
        ]:
            if bad:
                raise ValueError(f"AppealNet: {name} is {getattr(self, name)}: out of range")


def appealnet_training(
    pair: Bundle,
    held_out: LabelledFrames,
    *,
    learnt: LabelledFrames | None = None,
    settings: AppealNetTraining,
    assist: Assist,
    path: Path,
    progress: Progress = lambda line: None,
) -> FirstTrainingResult:
    """Train an AppealNet and write its bundle.

    Its h is the pair's, unchanged; delta and all thresholds are fitted on the new f's answers.

    Args:
        pair: bundle of an RFNet without tiles, and of its h.
        held_out: the held-out frames of the pair's training, at least two.
        learnt: the frames that its f has learnt from, in case its h has, too; None: leave them out.
        settings: see `AppealNetTraining`.
        assist: assisted inference F, as the cloud will run it.
        path: folder of the bundle.
        progress: called with lines for people.

    Raises:
        ValueError: the pair or the frames cannot be used; or `path` exists and is not a bundle.
    """
    manifest = pair.manifest
    _check(pair, held_out, path)
    parent, h = load_networks(pair)
    torch.manual_seed(settings.seed)
    f = AppealNet(classes=parent.classes, width=parent.width)
    f.load_state_dict(parent.state_dict() | _of_head(f))
    frames = [held_out[i] for i in range(len(held_out))]
    seen, unseen = frames[: len(frames) // 2], frames[len(frames) // 2 :]

    def rows(
        network: EdgeNetwork, part: Sequence[LabelledFrame], scores: Scores | None = None
    ) -> list[HeldOutRow]:
        return list(
            make_rows(
                network,
                part,
                assist=assist,
                tiling=manifest.tiling,
                variants=settings.variants,
                seed=settings.seed,
                scores=scores,
            )
        )

    progress(f"f and F label {len(seen)} held-out frames and their views")
    before = rows(parent, seen)
    rule = choose_hard_rule(before)
    beta = max(0.5 * float(np.quantile(rule.gains(before), 1.0 - rule.share)), _LEAST_BETA)
    lessons = [(seen, row) for row in before]
    more: list[LabelledFrame] = []
    if learnt is not None and manifest.training.get("folds"):
        more = [learnt[i] for i in range(len(learnt))]
        progress(f"f and F label the {len(more)} frames that f has learnt from, and their views")
        lessons += [(more, row) for row in rows(parent, more)]
    gains = rule.gains([row for _, row in lessons])

    def view(number: int) -> View:
        part, row = lessons[number]
        index, variant = divmod(row.view, settings.variants + 1)
        return view_of(part[index], index, variant, seed=settings.seed, disturbed=DISTURBED)

    progress(f"f and its head are trained for {settings.steps} steps, beta {beta:.3f}")
    train_appealnet(
        f,
        [1.0 - row.iou - gain for (_, row), gain in zip(lessons, gains.tolist(), strict=True)],
        view,
        recipe=AppealRecipe(
            size=manifest.input_size,
            beta=beta,
            steps=settings.steps,
            seconds=math.inf if settings.minutes is None else 60 * settings.minutes,
            batch=settings.batch,
            seed=settings.seed,
        ),
        progress=progress,
    )
    progress(f"measuring on {len(unseen)} held-out frames")
    return measured_pair(
        f,
        h,
        path,
        unseen=unseen,
        rows_of=lambda part, scores: rows(f, part, scores),
        rule=rule,
        curve=LearningCurve(held_out=unseen, tiling=manifest.tiling),
        name=manifest.name,
        of=held_out,
        tiling=manifest.tiling,
        training={**as_json(settings), "appeal_beta": beta, "frames": len(seen) + len(more)},
        progress=progress,
    )


def _of_head(f: AppealNet) -> dict[str, torch.Tensor]:
    return {name: it for name, it in f.state_dict().items() if name.startswith("predictor.")}


def _check(pair: Bundle, held_out: LabelledFrames, path: Path) -> None:
    manifest = pair.manifest
    if manifest.architecture != "rfnet" or manifest.modality != "rgb":
        raise ValueError(
            f"{pair.path}: f is {manifest.architecture} on {manifest.modality}; AppealNet's head "
            "reads the features of an rfnet on rgb: give such a pair"
        )
    if manifest.tiles != (1, 1):
        raise ValueError(
            f"{pair.path}: f takes tiles, and AppealNet judges whole frames; give a pair that was "
            "trained without --tiles"
        )
    if len(held_out) < 2:
        raise ValueError(f"AppealNet: {len(held_out)} held-out frames are too few: give at least 2")
    if tuple(held_out.classes) != manifest.classes:
        raise ValueError(
            f"{pair.path}: made for other classes than the frames; give the data set that it was "
            "trained on"
        )
    if path.exists() and not (path / MANIFEST).is_file():
        raise ValueError(f"{path}: exists and is not a bundle; give another folder")
