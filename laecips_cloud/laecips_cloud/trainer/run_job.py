"""Runs one job: from the file on disk to a pair that the promotion gate has judged."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

import numpy as np
from laecips_edge.core.bundle.bundle import Bundle
from numpy.typing import NDArray

from laecips_cloud.replay_buffer.reader import ReplayReader
from laecips_cloud.trainer.job import TrainingJob
from laecips_cloud.trainer.source_scores import SourceExams
from laecips_cloud.trainer.triggers import FEWEST_FRAMES
from laecips_cloud.training.data.frame_folder import FrameFolder
from laecips_cloud.training.data.label_check import count_labels, require_every_class
from laecips_cloud.training.data.labelled_frames import LabelledFrame
from laecips_cloud.training.online.examination import examine
from laecips_cloud.training.online.lessons import Lesson, LessonReader
from laecips_cloud.training.online.online_training import Source, train_update
from laecips_cloud.training.steps.checkpoints import Checkpoints

Progress = Callable[[str], None]

_LESSONS: Final = LessonReader()
"""Of all jobs of a worker: the lessons of the last one stay decoded for the next."""


def run_job(folder: Path, bundles: Callable[[int], Path], exams: Path, progress: Progress) -> dict:
    """Train and judge the pair of a job; resume where an earlier run was stopped.

    Args:
        folder: the job's folder; keeps the weights of f once f is trained.
        bundles: returns the folder of a version's bundle, which need not exist yet.
        exams: file with the versions' IoU on the source frames.
        progress: called with lines for people.

    Returns:
        The verdict for the trainer: `promoted`, `reason`, `train_s` in seconds, and
        `newest_lesson_ns`, the stamp of the newest frame that f has learnt from.

    Raises:
        ValueError: there are too few frames to train on, or a file cannot be read.
    """
    job = TrainingJob.read(folder)
    parent = Bundle.load(bundles(job.parent))
    progress("reading frames")
    lessons = _lessons(job, parent)
    fingerprint = FrameFolder(job.source).fingerprint
    kept = SourceExams(exams, source=f"{fingerprint} {job.source_frames}")
    source = _source(job, bundles, kept, fingerprint, progress)
    checkpoints = Checkpoints(folder / "checkpoints", recipe=_recipe(job), resume=True)
    update = train_update(
        parent,
        lessons,
        source,
        path=bundles(job.version),
        version=job.version,
        trigger=job.trigger,
        settings=job.settings,
        engine=job.engine,
        checkpoints=checkpoints,
        progress=progress,
    )
    if update.verdict.promoted:
        iou = update.verdict.measures["source_iou"]
        kept.keep(job.version, _array(iou, parent))
    return {
        "promoted": update.verdict.promoted,
        "reason": update.verdict.reason,
        "train_s": round(update.train_s, 1),
        "newest_lesson_ns": update.bundle.manifest.training["newest_lesson_ns"],
    }


def _lessons(job: TrainingJob, parent: Bundle) -> list[Lesson]:
    reader = ReplayReader(job.buffer)
    try:
        kept, manifest = reader.classes(), parent.manifest
        if kept != manifest.classes:
            raise ValueError(
                f"{job.buffer}: keeps label maps of the classes {', '.join(kept)}, version "
                f"{manifest.version} knows {', '.join(manifest.classes)}; give another buffer_path"
            )
        # What people labelled is used whatever its age, and leaves at least half to new frames.
        frames = reader.newest(job.rows, last=job.last_row, labelled=job.rows // 2)
    finally:
        reader.close()
    settings = job.settings
    lessons = _LESSONS.lessons(
        frames,
        classes=len(manifest.classes),
        min_confidence=settings.min_confidence,
        audit_weight=settings.audit_weight,
    )
    if sum(not lesson.held_out for lesson in lessons) < FEWEST_FRAMES:
        raise ValueError(
            f"{job.buffer}: {len(lessons)} of {len(frames)} frames have labels to train on; "
            f"{FEWEST_FRAMES} are needed, lower training.min_confidence or wait for more"
        )
    return lessons


def _source(
    job: TrainingJob,
    bundles: Callable[[int], Path],
    exams: SourceExams,
    fingerprint: str,
    progress: Progress,
) -> Source:
    rehearsal, pixels, held_out = _frames_of(job.source, fingerprint, job.source_frames)
    for version in (job.given, job.parent):
        if exams.iou(version) is None:
            progress(f"version {version} is examined on {len(held_out)} source frames")
            exams.keep(version, _iou(bundles(version), held_out, job))
    first, parent = exams.iou(job.given), exams.iou(job.parent)
    assert first is not None  # noqa: S101 (kept above)
    assert parent is not None  # noqa: S101 (the same)
    return Source(
        rehearsal=rehearsal,
        pixels=pixels,
        held_out=held_out,
        first=first,
        best_miou=exams.best_miou({*job.good, job.given}),
        parent_miou=float(np.nanmean(parent)),
    )


@lru_cache(maxsize=1)
def _frames_of(
    source: Path, fingerprint: str, most: int
) -> tuple[list[LabelledFrame], NDArray[np.int64], list[LabelledFrame]]:
    """Return source frames for training, their pixels by class [M], and held-out frames.

    They are decoded once for all jobs of a worker.
    """
    folder = FrameFolder(source)
    learnt, held_out = folder.split(most)
    counts = count_labels(frame.label for frame in learnt)
    require_every_class(counts, folder.classes, frames=len(learnt), where=str(source))
    return learnt, counts[: len(folder.classes)], held_out


def _iou(path: Path, held_out: Sequence[LabelledFrame], job: TrainingJob) -> np.ndarray:
    return examine(Bundle.load(path), held_out, engine=job.engine).source.iou()


def _array(iou: Mapping[str, float | None], bundle: Bundle) -> np.ndarray:
    values = [iou[name] for name in bundle.manifest.classes]
    return np.array([np.nan if value is None else value for value in values], np.float64)


def _recipe(job: TrainingJob) -> dict[str, Any]:
    return {**asdict(job), "good": list(job.good)}
