"""The training of a teacher: a network too large for a robot, which scores classes in the cloud.

It stands in for a foundation model. It is trained in the same way as f, augmentation included, so
that it differs from f only in its size and in its training frames.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import torch
from laecips_edge.core.image.tiling import Tiling
from laecips_edge.core.inference.scores import label_map_of

from laecips_cloud.metrics import ConfusionMatrix
from laecips_cloud.networks import RFNet
from laecips_cloud.training.data.labelled_frames import (
    LabelledFrame,
    LabelledFrames,
    digest,
    fitted,
)
from laecips_cloud.training.first.settings import as_json
from laecips_cloud.training.steps.checkpoints import Checkpoints
from laecips_cloud.training.steps.held_out_rows import HeldOutRow, make_rows
from laecips_cloud.training.steps.learning_curve import LearningCurve
from laecips_cloud.training.steps.thresholds import fit_temperature
from laecips_cloud.training.steps.train_segmenter import SegmenterRecipe, train_segmenter

Progress = Callable[[str], None]

_MEASURING = 0.03  # share of the time limit that is kept for scoring the held-out frames


@dataclass(frozen=True, kw_only=True)
class TeacherTraining:
    """Settings of a teacher's training.

    Attributes:
        input_size: (height, width) of the teacher's input, in pixels.
        width: width multiplier of RFNet.
        steps: number of steps.
        minutes: approximate time limit; None: no limit, and reproducible.
        variants: drifted variants of each held-out frame, to score the teacher on.
        seed: seed of initial weights, order and augmentation.
    """

    input_size: tuple[int, int] = (360, 480)
    width: float = 1.0
    steps: int = 6000
    minutes: float | None = None
    variants: int = 2
    seed: int = 0

    def __post_init__(self) -> None:
        """Raise ValueError for the first setting that is out of range."""
        for name, bad in [
            ("input_size", min(self.input_size) < 32),
            ("width", not self.width > 0),
            ("steps", self.steps < 1),
            ("minutes", self.minutes is not None and not self.minutes > 0),
            ("variants", self.variants < 0),
        ]:
            if bad:
                raise ValueError(f"teacher training: {name} is {getattr(self, name)}: out of range")

    @property
    def seconds(self) -> float:
        """Time limit of the steps in seconds."""
        return math.inf if self.minutes is None else self.minutes * 60.0 * (1.0 - _MEASURING)


@dataclass(frozen=True)
class TaughtTeacher:
    """The result of a teacher's training.

    Attributes:
        network: the teacher, in evaluation mode.
        temperature: temperature that calibrates its scores on the held-out frames.
        as_they_are: confusion matrix on the original held-out frames.
        drifted: confusion matrix on their drifted variants.
        curve: the course of the training; empty if the teacher was restored.
        measured_on: the held-out frames.
    """

    network: RFNet
    temperature: float
    as_they_are: ConfusionMatrix
    drifted: ConfusionMatrix
    curve: LearningCurve
    measured_on: Sequence[LabelledFrame]


def teacher_training(
    frames: LabelledFrames,
    held_out: LabelledFrames,
    *,
    settings: TeacherTraining,
    checkpoints: Path,
    resume: bool = False,
    progress: Progress = lambda line: None,
) -> TaughtTeacher:
    """Train a teacher and score it on held-out frames.

    Args:
        frames: the frames to train on.
        held_out: labelled source frames that the teacher is not trained on, at least one.
        settings: see `TeacherTraining`.
        checkpoints: folder for the trained weights.
        resume: use the weights in `checkpoints` if there are any.
        progress: called with lines for people.

    Raises:
        ValueError: there are no frames or no held-out ones, their classes differ, or `checkpoints`
            holds weights of other settings.
    """
    if not len(frames) or not len(held_out):
        raise ValueError("teacher training: there must be frames, and held-out ones")
    if list(frames.classes) != list(held_out.classes):
        raise ValueError("teacher training: the held-out frames have other classes than the frames")
    progress(f"reading {len(frames)} frames and {len(held_out)} held-out ones")
    seen = [fitted(frames[i], settings.input_size) for i in range(len(frames))]
    kept = Checkpoints(
        checkpoints,
        recipe=as_json(settings)
        | {"role": "teacher", "frames": digest(seen), "classes": list(frames.classes)},
        resume=resume,
    )
    unseen = [held_out[i] for i in range(len(held_out))]
    curve = LearningCurve(held_out=unseen, tiling=Tiling(settings.input_size))
    network = _trained(
        seen,
        len(frames.classes),
        settings=settings,
        checkpoints=kept,
        curve=curve,
        progress=progress,
    )
    progress(f"measuring on {len(unseen)} held-out frames")
    rows, as_they_are, drifted = _measure(network, unseen, settings)
    return TaughtTeacher(network, fit_temperature(rows), as_they_are, drifted, curve, unseen)


def _trained(
    seen: Sequence[LabelledFrame],
    classes: int,
    *,
    settings: TeacherTraining,
    checkpoints: Checkpoints,
    curve: LearningCurve,
    progress: Progress,
) -> RFNet:
    torch.manual_seed(settings.seed)
    network = RFNet(classes=classes, width=settings.width, depth=False)
    network.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
    if not checkpoints.restore("teacher", network):
        recipe = SegmenterRecipe(
            input_size=settings.input_size,
            steps=settings.steps,
            seconds=settings.seconds,
            seed=settings.seed,
        )
        train_segmenter(
            network,
            seen,
            recipe=recipe,
            curve=curve,
            progress=lambda line: progress(f"teacher: {line}"),
        )
        checkpoints.keep("teacher", network)
    return network


def _measure(
    network: RFNet, held_out: Sequence[LabelledFrame], settings: TeacherTraining
) -> tuple[list[HeldOutRow], ConfusionMatrix, ConfusionMatrix]:
    """Return the held-out rows, and confusion matrices of original and of drifted frames."""
    as_they_are, drifted = ConfusionMatrix(network.classes), ConfusionMatrix(network.classes)
    rows = []
    for row in make_rows(
        network,
        held_out,
        assist=lambda image, logits: label_map_of(logits, (image.shape[0], image.shape[1])),
        tiling=Tiling(settings.input_size),
        variants=settings.variants,
        seed=settings.seed,
    ):
        matrix = drifted if row.drifted else as_they_are
        matrix.add(row.logits.argmax(axis=0).astype("uint8"), row.truth)
        rows.append(row)
    return rows, as_they_are, drifted
