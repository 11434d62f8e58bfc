"""What an update weighs, and what it brings, by the weights that its training moves.

A robot drives through the first half of each segment of a drive; the shipped teacher answers its
frames, and f is trained once on the answers. f is then measured on the second halves.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass, fields, replace
from pathlib import Path
from typing import Any, Final

import numpy as np
from laecips_cloud.class_scorers import ClassScorer
from laecips_cloud.fusion.mask_fusion import fuse
from laecips_cloud.fusion.vote import Vote
from laecips_cloud.mask_generators.none import NoMasks
from laecips_cloud.training.data.frame_folder import FrameFolder
from laecips_cloud.training.data.label_check import count_labels
from laecips_cloud.training.data.labelled_frames import UNLABELLED, LabelledFrame
from laecips_cloud.training.online.examination import examine
from laecips_cloud.training.online.lessons import MIN_CONFIDENCE, Lesson
from laecips_cloud.training.online.online_training import Source, train_update
from laecips_cloud.training.online.settings import OnlineTraining
from laecips_edge.core.bundle.bundle import DELTA, WEIGHTS, Bundle

from laecips_eval.datasets.streams import StreamFrame
from laecips_eval.experiments.finished_rows import Row, append_row, read_rows

DEMO: Final = OnlineTraining(
    audit_weight=4.0, max_held_out=36, steps=90, miner_steps=25, miner_batch=4
)
"""The settings of the demo (config/demo.yaml) with twice its steps: one training stands for two."""


@dataclass(frozen=True, kw_only=True)
class UpdateTrial:
    """One training.

    Attributes:
        drive: `shift` or `patrol`.
        seed: of the drive and of the training.
        moved: see `OnlineTraining`.
        weight_step: see `OnlineTraining`.
        truth: whether the truth teaches in the place of the cloud's answers.
    """

    drive: str
    seed: int
    moved: float = 1.0
    weight_step: float = 1.0
    truth: bool = False


TRIALS: Final[Sequence[dict[str, Any]]] = (
    {"weight_step": 0.0},
    {},
    {"weight_step": 2.0},
    {"weight_step": 3.0},
    {"moved": 0.5},
    {"moved": 0.2},
    {"moved": 0.1},
    {"moved": 0.05},
    {"moved": 0.02},
    {"moved": 0.01},
    {"moved": 0.001},
    {"truth": True},
)
"""What is tried on each drive: all weights in full, then rounded, then fewer and fewer; and what a
cloud that is always right would bring."""


@dataclass(frozen=True, kw_only=True)
class Halves:
    """A drive in halves.

    Attributes:
        answers: the first halves of the segments, with the cloud's labels.
        truths: the same frames, with their truth.
        asked: the second halves, with their truth.
        before: mIoU of the parent's f on them.
    """

    answers: Sequence[Lesson]
    truths: Sequence[Lesson]
    asked: Sequence[LabelledFrame]
    before: float


def halves_of(
    frames: Iterable[StreamFrame],
    scorer: ClassScorer,
    *,
    score: Callable[[Sequence[LabelledFrame]], float],
) -> Halves:
    """Return a drive's halves.

    Args:
        frames: the drive.
        scorer: by it the cloud answers, without masks.
        score: returns the mIoU of the parent's f on frames.
    """
    by_segment: dict[str, list[StreamFrame]] = {}
    for frame in frames:
        by_segment.setdefault(frame.segment, []).append(frame)
    answers, truths, asked = list[Lesson](), list[Lesson](), list[LabelledFrame]()
    for segment, inside in by_segment.items():
        for number, frame in enumerate(inside):
            name = f"{segment} {number}"
            labelled = LabelledFrame(name, frame.rgb, frame.truth)
            if number < len(inside) // 2:
                stamp_ns = len(answers) + 1
                answer = labelled._replace(label=_answer(frame, scorer))
                answers.append(Lesson(answer, 1.0, stamp_ns=stamp_ns))
                truths.append(Lesson(labelled, 1.0, stamp_ns=stamp_ns))
            else:
                asked.append(labelled)
    return Halves(answers=answers, truths=truths, asked=asked, before=score(asked))


def _answer(frame: StreamFrame, scorer: ClassScorer) -> np.ndarray:
    def none_of_f(*_: object) -> np.ndarray:
        raise AssertionError("this scorer does not ask f")

    fused = fuse(scorer.score(frame.rgb, none_of_f), NoMasks().generate(frame.rgb), vote=Vote())
    sure = fused.confidence_map >= MIN_CONFIDENCE * 255
    return np.where(sure, fused.label_map, np.uint8(UNLABELLED))


def score(pair: Bundle, frames: Sequence[LabelledFrame]) -> float:
    """Return the mIoU of a pair's f on labelled frames."""
    return examine(pair, frames).source.miou()


def source_of(parent: Bundle, folder: Path) -> Source:
    """Return the labelled source frames of a folder, with what the parent scores on them."""
    frames = FrameFolder(folder)
    learnt, held_out = frames.split(len(frames))
    first = examine(parent, held_out).source
    return Source(
        rehearsal=learnt,
        pixels=count_labels(frame.label for frame in learnt)[: len(frames.classes)],
        held_out=held_out,
        first=first.iou(),
        best_miou=first.miou(),
        parent_miou=first.miou(),
    )


def run_update_trial(
    trial: UpdateTrial,
    parent: Bundle,
    halves: Halves,
    source: Source,
    folder: Path,
    *,
    settings: OnlineTraining = DEMO,
) -> Row:
    """Train once, and return what came of it.

    Args:
        trial: what is tried.
        parent: the pair that the training starts from.
        halves: the drive.
        source: what the training rehearses and the gate examines.
        folder: for the new pair; it is emptied.
        settings: of the training, but for what is tried.

    Returns:
        The trial; `bytes` that a robot fetches, `full` bytes of all weights, f's mIoU `before` and
        `after`, and whether the gate `promoted` it.
    """
    shutil.rmtree(folder, ignore_errors=True)
    update = train_update(
        parent,
        halves.truths if trial.truth else halves.answers,
        source,
        path=folder,
        version=parent.manifest.version + 1,
        trigger="experiment",
        settings=replace(
            settings, moved=trial.moved, weight_step=trial.weight_step, seed=trial.seed
        ),
    )
    bundle = update.bundle
    full = (bundle.path / WEIGHTS).stat().st_size
    delta = bundle.path / DELTA
    return {
        **asdict(trial),
        "bytes": delta.stat().st_size if trial.weight_step else full,
        "full": full,
        "before": halves.before,
        "after": score(bundle, halves.asked),
        "promoted": update.verdict.promoted,
    }


def run_missing(
    rows: Path,
    drives: Sequence[tuple[str, int]],
    *,
    halves: Callable[[str, int], Halves],
    run: Callable[[UpdateTrial, Halves], Row],
    progress: Callable[[str], None],
) -> list[Row]:
    """Run the trials that the file of rows lacks, add them, and return all rows of the drives.

    Args:
        rows: JSON lines.
        drives: names and seeds.
        halves: returns a drive's halves; not called where nothing is missing.
        run: runs one trial.
        progress: called with a line for people.
    """
    done = read_rows(rows)
    known = {_trial_of(row) for row in done}
    for drive, seed in drives:
        trials = [UpdateTrial(drive=drive, seed=seed, **changes) for changes in TRIALS]
        missing = [trial for trial in trials if trial not in known]
        if not missing:
            continue
        answered = halves(drive, seed)
        for trial in missing:
            row = run(trial, answered)
            done.append(row)
            append_row(rows, row)
            progress(f"{trial}: {row['bytes']} bytes, mIoU {row['after']:.3f}")
    return [row for row in done if (row["drive"], row["seed"]) in drives]


def _trial_of(row: Row) -> UpdateTrial:
    return UpdateTrial(**{field.name: row[field.name] for field in fields(UpdateTrial)})
