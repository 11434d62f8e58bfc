"""One row of the experiment: label some frames of a drive, train as the trainer does, and score."""

from __future__ import annotations

import shutil
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any, Final, NamedTuple

import numpy as np
from laecips_cloud.labelling.candidates import candidate_of, robot_of
from laecips_cloud.labelling.selection import Candidate, Criterion, choose
from laecips_cloud.metrics import ConfusionMatrix
from laecips_cloud.replay_buffer.buffer import ReplayBuffer
from laecips_cloud.replay_buffer.reader import ReplayReader
from laecips_cloud.trainer.job import TrainingJob
from laecips_cloud.trainer.run_job import run_job
from laecips_cloud.training.data.labelled_frames import LabelledFrame
from laecips_cloud.training.online.settings import OnlineTraining
from laecips_edge.core.bundle.bundle import Bundle
from laecips_edge.core.inference.segmenter import Segmenter
from laecips_edge.core.link import wire
from numpy.typing import NDArray

from laecips_eval.experiments.finished_rows import Row
from laecips_eval.experiments.labelling.drive import drifted

RANDOM: Final = "random"


@dataclass(frozen=True)
class LabelTrial:
    """Which frames are labelled.

    Attributes:
        seed: of the drive.
        by: `random`, or a criterion of the selection.
        count: frames that people label; 0: none.
    """

    seed: int
    by: str
    count: int


class LabelledDrive(NamedTuple):
    """What the trials of one seed share.

    Attributes:
        bundle: folder of the first pair.
        source: folder of its labelled frames.
        buffer: file of the replay buffer, without labels of people.
        truth: label maps by request_id.
        asked: frames for the score, in the drive's light, which nothing learns from.
    """

    bundle: Path
    source: Path
    buffer: Path
    truth: Mapping[str, NDArray[np.uint8]]
    asked: Sequence[LabelledFrame]


def asked_of(frames: Iterable[LabelledFrame]) -> list[LabelledFrame]:
    """Return held-out frames in the drive's light."""
    return [
        frame._replace(image=drifted(frame.image, seed=1_000_000 + number))
        for number, frame in enumerate(frames)
    ]


def candidates_of(drive: LabelledDrive) -> list[Candidate]:
    """Look at all frames of a drive with the first pair."""
    robot = robot_of(Segmenter(Bundle.load(drive.bundle)))
    reader = ReplayReader(drive.buffer)
    classes = len(reader.classes())
    found = [candidate_of(frame, classes=classes, robot=robot) for frame in _all(reader)]
    reader.close()
    return found


def chosen(trial: LabelTrial, candidates: Sequence[Candidate]) -> list[str]:
    """Return the request_ids of the frames that a trial labels."""
    if trial.by == RANDOM:
        lot = np.random.default_rng((3, trial.seed)).permutation(len(candidates))
        return [candidates[place].name for place in lot[: trial.count].tolist()]
    by: Criterion = trial.by  # type: ignore[assignment]
    return [choice.candidate.name for choice in choose(candidates, trial.count, by=by)]


def run_trial(
    trial: LabelTrial,
    drive: LabelledDrive,
    candidates: Sequence[Candidate],
    folder: Path,
    *,
    settings: OnlineTraining,
    updates: int,
) -> Row:
    """Label, train some versions one after the other, and score each.

    Args:
        trial: which frames are labelled.
        drive: what the trials of a seed share.
        candidates: the frames of the drive.
        folder: for the trial's files; made, and removed at the end.
        settings: of each training.
        updates: number of trainings; each starts from what the gate let through.

    Returns:
        The row, as JSON's types.
    """
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    names = chosen(trial, candidates)
    told = _label(drive, names, folder / "replay.sqlite")
    shutil.copytree(drive.bundle, folder / "1")
    parent, steps = 1, []
    for version in range(2, 2 + updates):
        done = _train(version, parent, drive, folder, settings)
        iou = score(folder / str(version), drive.asked)
        gate = Bundle.load(folder / str(version)).manifest.gate
        steps.append({"iou": iou, "promoted": done["promoted"], "gate": dict(gate)})
        parent = version if done["promoted"] else parent
    iou = steps[parent - 2]["iou"] if parent > 1 else score(drive.bundle, drive.asked)
    shutil.rmtree(folder)
    return {**asdict(trial), "labelled": told, "updates": steps, "iou": iou}


def score(bundle: Path, frames: Sequence[LabelledFrame]) -> list[float | None]:
    """Return f's IoU of each class over frames; None for a class without one."""
    segmenter = Segmenter(Bundle.load(bundle))
    matrix = ConfusionMatrix(len(segmenter.manifest.classes))
    for frame in frames:
        matrix.add(segmenter.predict(frame.image).label_map, frame.label)
    return [round(float(value), 4) if np.isfinite(value) else None for value in matrix.iou()]


def _label(drive: LabelledDrive, names: Sequence[str], path: Path) -> dict[str, float]:
    """Give frames of a copy of the buffer their truth, and tell how wrong F was on them."""
    shutil.copy(drive.buffer, path)
    reader = ReplayReader(path)
    classes = reader.classes()
    wrong, pixels = [], np.zeros(len(classes), np.int64)
    for name in names:
        frame, truth = reader.find(name), drive.truth[name]
        assert frame is not None  # noqa: S101 (it was a candidate)
        size = (truth.shape[0], truth.shape[1])
        answer = wire.decode_label_map(frame.label_map, size, len(classes))
        wrong.append(float((answer != truth).mean()))
        pixels += np.bincount(truth[truth < len(classes)], minlength=len(classes))
    reader.close()
    buffer = ReplayBuffer(path, classes=classes)
    buffer.keep_human_labels({name: wire.encode_label_map(drive.truth[name]) for name in names})
    buffer.close()
    shares = pixels / max(1, pixels.sum())
    return {
        "f_wrong": round(float(np.mean(wrong)), 4) if wrong else 0.0,
        **{name: round(float(share), 4) for name, share in zip(classes, shares, strict=True)},
    }


def _train(
    version: int, parent: int, drive: LabelledDrive, folder: Path, settings: OnlineTraining
) -> dict[str, Any]:
    reader = ReplayReader(folder / "replay.sqlite")
    waiting = reader.since(0)
    reader.close()
    job = TrainingJob(
        version=version,
        parent=parent,
        given=1,
        good=tuple({1, parent}),
        trigger="operator",
        rows=waiting.frames,
        last_row=waiting.newest,
        buffer=str(folder / "replay.sqlite"),
        source=str(drive.source),
        source_frames=400,
        engine="onnxruntime",
        settings=replace(settings, seed=settings.seed + version),
    )
    job_folder = folder / f"job-{version}"
    job.write(job_folder)
    return run_job(
        job_folder, lambda it: folder / str(it), folder / "exams.json", lambda line: None
    )


def _all(reader: ReplayReader) -> Iterable[Any]:
    return reader.read(0, 2**62)
