"""What the trainer does next: a real library and buffer, a worker that says what the test wants."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from laecips_cloud.library.model_library import ModelLibrary
from laecips_cloud.library.version_ledger import Fate
from laecips_cloud.replay_buffer.buffer import ReplayBuffer
from laecips_cloud.replay_buffer.replay_frame import ReplayFrame
from laecips_cloud.replay_buffer.watch import ReplayWatch
from laecips_cloud.trainer.job import TrainingJob
from laecips_cloud.trainer.job_template import JobTemplate
from laecips_cloud.trainer.trainer import MOST_DEATHS, Trainer
from laecips_cloud.trainer.triggers import Triggers
from laecips_cloud.training.online.settings import OnlineTraining
from laecips_edge.core.bundle.bundle import Bundle
from laecips_edge.core.link import wire

CLASSES = ("belt", "part", "screw", "scratch")
PROMOTED = {"done": {"promoted": True, "reason": "better", "train_s": 3.0}}
REFUSED = {"done": {"promoted": False, "reason": "worse", "train_s": 3.0}}
DIED = {"died": "SIGKILL"}


class Worker:
    """Stands in for `WorkerProcess`."""

    def __init__(self) -> None:
        self.runs = False
        self.starts = 0
        self.told: list[int] = []
        self.says: list[dict[str, Any]] = []

    def start(self) -> None:
        assert not self.runs
        self.runs, self.told = True, []
        self.starts += 1

    def train(self, version: int) -> None:
        if self.runs:
            self.told.append(version)

    def hear(self) -> list[dict[str, Any]]:
        said, self.says = self.says, []
        self.runs = self.runs and not any("died" in message for message in said)
        return said

    def stop(self) -> None:
        self.runs, self.says = False, []


class Logger:
    def __init__(self) -> None:
        self.lines: list[str] = []
        self.info = self.warning = self.error = self.lines.append


class TrainerRig:
    """A trainer with all that belongs to it."""

    def __init__(self, folder: Path, bundle: Bundle, *, calm_buffer: int = 0) -> None:
        self.folder, self.bundle, self.calm_buffer = folder, bundle, calm_buffer
        self.now_s = 1000.0
        self.buffer: ReplayBuffer | None = None
        self.frames = 0
        self.open()

    def open(self) -> None:
        """As the node does when it is configured and activated."""
        self.library = ModelLibrary(self.folder / "library")
        self.library.take_in(self.bundle)
        self.library.check()
        self.worker, self.logger = Worker(), Logger()
        self.trainer = Trainer(
            library=self.library,
            worker=self.worker,  # type: ignore[arg-type]
            watch=ReplayWatch(self.folder / "replay.sqlite"),
            triggers=Triggers(
                max_buffer=10, max_interval_s=60.0, min_frames=4, calm_buffer=self.calm_buffer
            ),
            recipe=JobTemplate(
                buffer=self.folder / "replay.sqlite",
                max_lessons=20,
                source=self.folder / "source",
                source_frames=10,
                engine="openvino",
                settings=OnlineTraining(seed=100),
            ),
            keep_versions=3,
            now_ns=lambda: round(self.now_s * 1e9),
            steady_s=lambda: self.now_s,
            logger=self.logger,
        )
        self.trainer.start()

    def close(self) -> None:
        self.trainer.stop()
        self.library.close()

    def frames_come(self, count: int) -> None:
        if self.buffer is None:
            self.buffer = ReplayBuffer(self.folder / "replay.sqlite", classes=CLASSES)
        for _ in range(count):
            self.frames += 1
            self.buffer.append(frame(self.frames))

    def after(self, *said: dict[str, Any], seconds: float = 0.25) -> "TrainerRig":
        """Time passes, the worker says something, the trainer does what there is to do."""
        self.now_s += seconds
        self.worker.says += said
        self.trainer.advance()
        return self

    def train(self, result: dict[str, Any]) -> int:
        """One whole training."""
        self.frames_come(10)
        version = self.after().library.ledger.in_training
        path = self.library.folder(version)
        path.mkdir()
        for file in self.bundle.path.iterdir():
            (path / file.name).write_bytes(file.read_bytes())
        self.after(result)
        return version

    @property
    def job(self) -> TrainingJob:
        return TrainingJob.read(self.library.job_folder(self.library.ledger.in_training))


def frame(number: int) -> ReplayFrame:
    return ReplayFrame(
        request_id=f"robot/{number}",
        robot="robot",
        stamp_ns=number,
        received_ns=number,
        bundle_version=1,
        why="hard",
        trust=0.25,
        picture=b"p",
        depth=b"",
        label_map=b"l",
        confidence_map=b"c",
    )


@pytest.fixture
def trainer(tmp_path: Path, tiny_bundle: Bundle) -> Iterator[TrainerRig]:
    it = TrainerRig(tmp_path, tiny_bundle)
    yield it
    it.close()
    if it.buffer is not None:
        it.buffer.close()


def test_it_waits_for_the_buffer_and_then_for_frames(trainer: TrainerRig, tmp_path: Path) -> None:
    trainer.after()
    assert trainer.trainer.waiting is None
    assert trainer.trainer.activity == f"waiting for the replay buffer {tmp_path / 'replay.sqlite'}"
    trainer.frames_come(3)
    assert trainer.after(seconds=1e6).trainer.activity == "3 new frames, waiting for 4"
    assert not trainer.library.ledger.in_training


def test_in_a_calm_scene_it_trains_with_more_frames(tmp_path: Path, tiny_bundle: Bundle) -> None:
    it = TrainerRig(tmp_path, tiny_bundle, calm_buffer=40)
    it.buffer = ReplayBuffer(tmp_path / "replay.sqlite", classes=CLASSES)

    def frames_come(count: int, trust: float) -> None:
        for _ in range(count):
            it.frames += 1
            label_map = wire.encode_label_map(np.zeros((4, 4), np.uint8))
            each = replace(frame(it.frames), trust=trust, label_map=label_map)
            it.buffer.append(each)  # type: ignore[union-attr]

    frames_come(40, 0.5)
    assert it.after().library.ledger.in_training  # there is nothing to compare the first ones with
    it.after(REFUSED)
    frames_come(20, 0.5)
    assert not it.after(seconds=100.0).library.ledger.in_training
    assert it.trainer.activity == "20 of 40 new frames: the scene is calm"
    frames_come(19, 0.1)
    assert it.after().library.ledger.in_training  # h has drifted
    it.close()
    it.buffer.close()


def test_it_counts_what_people_labelled(trainer: TrainerRig) -> None:
    assert trainer.after().trainer.labelled == (0, 0)
    trainer.frames_come(9)
    assert trainer.buffer is not None
    names = trainer.buffer.request_ids()
    trainer.buffer.keep_human_labels(dict.fromkeys(names[:8], b"person"))
    assert trainer.after().trainer.labelled == (8, 2)
    trainer.trainer.stop()
    assert trainer.trainer.labelled == (8, 2)


@pytest.mark.parametrize(
    ("frames", "seconds", "trigger"),
    [(10, 0, "buffer"), (9, 59, ""), (9, 60, "interval"), (3, 999, "")],
)
def test_what_starts_a_training(
    frames: int, seconds: float, trigger: str, trainer: TrainerRig
) -> None:
    trainer.frames_come(frames)
    trainer.after(seconds=seconds)
    assert trainer.library.ledger.in_training == (2 if trigger else 0)
    if trigger:
        job = trainer.job
        assert (job.version, job.parent, job.given, job.good) == (2, 1, 1, (1,))
        assert (job.trigger, job.rows, job.last_row) == (trigger, 20, frames)
        assert job.settings.seed == 102
        assert trainer.worker.told == [2]


def test_a_promoted_version_is_offered_and_the_next_ones_parent(trainer: TrainerRig) -> None:
    assert trainer.train(PROMOTED) == 2
    ledger = trainer.library.ledger
    assert (ledger.offered, ledger.parent, ledger.entries[2].train_s) == (2, 2, 3.0)
    assert trainer.logger.lines[-1] == "version 2 promoted: better"
    assert not trainer.library.job_folder(2).exists()
    assert trainer.trainer.waiting == (0, 10)
    trainer.frames_come(10)
    trainer.after()
    assert (trainer.job.parent, trainer.job.good, trainer.job.given) == (2, (2, 1), 1)


@pytest.mark.parametrize(
    ("result", "reason"),
    [(REFUSED, "worse"), ({"failed": "source: gone"}, "no training: source: gone")],
)
def test_a_refused_version_is_kept_out(result: dict, reason: str, trainer: TrainerRig) -> None:
    trainer.train(result)
    ledger = trainer.library.ledger
    assert (ledger.offered, ledger.parent, ledger.entries[2].reason) == (1, 1, reason)
    assert ledger.judged == 2
    trainer.frames_come(10)
    trainer.after()
    assert (trainer.job.version, trainer.job.parent) == (3, 1)


def test_what_the_worker_says_is_shown(trainer: TrainerRig) -> None:
    trainer.frames_come(10)
    assert trainer.after().trainer.activity == "version 2 from 1: starting the worker"
    trainer.after({"ready": True}, {"progress": "f:  50%"})
    assert trainer.trainer.activity == "version 2 from 1: f:  50%"


def test_a_worker_that_dies_is_started_again_with_the_same_job(trainer: TrainerRig) -> None:
    trainer.frames_come(10)
    trainer.after().after(DIED)
    assert trainer.trainer.trouble == "the worker died (SIGKILL) and is started again"
    assert (trainer.worker.starts, trainer.worker.told) == (2, [2])
    trainer.after(DIED)
    assert trainer.worker.starts == 2  # not at once this time
    trainer.after(seconds=1.0)
    assert (trainer.worker.starts, trainer.worker.told) == (3, [2])
    trainer.after(REFUSED)
    assert trainer.after().trainer.trouble == ""
    assert trainer.library.ledger.entries[2].reason == "worse"


def test_a_job_that_always_kills_its_worker_is_given_up(trainer: TrainerRig) -> None:
    trainer.frames_come(10)
    trainer.after()
    for _ in range(MOST_DEATHS):
        trainer.after(DIED, seconds=100.0)
    reason = f"no training: the worker died {MOST_DEATHS} times, the last time with SIGKILL"
    assert trainer.library.ledger.entries[2].reason == reason
    trainer.after(seconds=100.0)
    assert trainer.worker.told == []
    trainer.frames_come(10)
    trainer.after()
    assert trainer.worker.told == [3]


def test_a_worker_that_dies_without_a_job_is_started_again(trainer: TrainerRig) -> None:
    trainer.after().after(DIED)
    assert trainer.worker.starts == 2
    assert trainer.trainer.trouble == "the worker died (SIGKILL) and is started again"
    assert trainer.after(seconds=61.0).trainer.trouble == ""


def test_a_worker_that_never_lives_long_is_started_once_a_minute(trainer: TrainerRig) -> None:
    trainer.after()
    for _ in range(2000):
        trainer.after(DIED, seconds=20.0)
    starts = trainer.worker.starts
    for _ in range(30):
        trainer.after(DIED, seconds=20.0)
    assert trainer.worker.starts - starts <= 11
    assert trainer.trainer.trouble


def test_it_goes_on_after_a_restart(trainer: TrainerRig) -> None:
    trainer.frames_come(10)
    job = trainer.after().job
    trainer.close()
    trainer.open()
    assert trainer.after().worker.told == [2]
    assert trainer.job == job
    trainer.frames_come(10)
    trainer.after()
    assert trainer.library.ledger.last == 2  # one after the other
    trainer.after(REFUSED)
    assert trainer.after().job.version == 3


def test_pause_holds_and_survives_a_restart(trainer: TrainerRig) -> None:
    trainer.frames_come(10)
    trainer.after()
    assert trainer.trainer.pause(True) == "paused until it is resumed"
    assert not trainer.worker.runs
    assert (
        trainer.trainer.activity
        == "paused until it is resumed, then the training of version 2 continues"
    )
    trainer.close()
    trainer.open()
    trainer.after(seconds=1000.0)
    assert trainer.worker.starts == 0
    assert trainer.trainer.pause(False) == "training goes on"
    assert trainer.after().worker.told == [2]


def test_train_now(trainer: TrainerRig) -> None:
    with pytest.raises(ValueError, match=r"no replay buffer .*replay\.sqlite yet"):
        trainer.trainer.train_now()
    trainer.frames_come(1)
    with pytest.raises(ValueError, match="the replay buffer has 1 frames, 2 are needed"):
        trainer.trainer.train_now()
    trainer.frames_come(1)
    assert trainer.trainer.train_now() == "version 2 is trained from 1"
    assert (trainer.job.trigger, trainer.job.last_row) == ("operator", 2)
    with pytest.raises(ValueError, match="version 2 is being trained already"):
        trainer.trainer.train_now()
    trainer.after(REFUSED)
    trainer.trainer.pause(True)
    with pytest.raises(ValueError, match="training is paused: resume it first"):
        trainer.trainer.train_now()


def test_what_is_under_way_from_a_version_that_a_robot_left_is_begun_anew(
    trainer: TrainerRig,
) -> None:
    trainer.train(PROMOTED)
    trainer.frames_come(10)
    before = trainer.after().job
    assert (before.version, before.parent) == (3, 2)
    trainer.trainer.roll_back(2, robot="r2", reason="too slow")
    ledger = trainer.after().library.ledger
    assert ledger.entries[3].fate is Fate.REFUSED
    assert ledger.entries[3].reason == "its parent 2 is not used any more"
    assert ledger.entries[2].reason == "robot r2 went back from it: too slow"
    assert trainer.job == replace(
        before, version=4, parent=1, good=(1,), settings=replace(before.settings, seed=104)
    )
    assert trainer.after().worker.told == [4]
    lines = len(trainer.logger.lines)
    trainer.trainer.roll_back(2, robot="r2", reason="too slow")  # told again
    trainer.trainer.roll_back(77, robot="r2", reason="of another library")
    trainer.after()
    assert (len(trainer.logger.lines), trainer.library.ledger.last) == (lines, 4)


def test_operators_orders(trainer: TrainerRig) -> None:
    trainer.train(PROMOTED)
    trainer.train(PROMOTED)
    assert trainer.trainer.unpin() == "nothing is pinned"
    assert trainer.trainer.order(0, pin=True) == "version 2 is pinned, nothing else is offered"
    assert trainer.trainer.unpin() == "unpinned: version 3 is offered"
    trainer.frames_come(10)
    assert trainer.after().job.parent == 3
    assert (
        trainer.trainer.order(1, pin=False) == "version 1 is offered, later promotions will be too"
    )
    assert (trainer.after().job.version, trainer.job.parent) == (5, 1)


def test_a_rollback_that_cannot_be_written_is_written_later(
    trainer: TrainerRig, full_after: Callable[[int | None], None]
) -> None:
    trainer.train(PROMOTED)
    trainer.trainer.roll_back(2, robot="r2", reason="too slow")
    full_after(10)
    with pytest.raises(OSError, match="File too large"):
        trainer.after()
    full_after(None)
    assert trainer.after().library.ledger.entries[2].fate is Fate.ROLLED_BACK


@pytest.mark.parametrize("leave", ["robot", "operator"])
def test_a_training_from_a_version_that_was_left_before_a_death_is_begun_anew(
    leave: str, trainer: TrainerRig
) -> None:
    """The ledger has the first of two steps when the process is killed."""
    trainer.train(PROMOTED)
    trainer.frames_come(10)
    assert trainer.after().job.parent == 2
    if leave == "robot":
        trainer.library.record(lambda ledger: ledger.roll_back(2, reason="too slow"))
    else:
        trainer.library.order(1, pin=False)
    trainer.close()
    trainer.open()
    trainer.after(PROMOTED)
    assert (trainer.job.version, trainer.job.parent) == (4, 1)
    assert trainer.worker.told == [4]
    assert trainer.library.ledger.offered == 1


def test_a_result_that_cannot_be_written_is_written_later(
    trainer: TrainerRig, full_after: Callable[[int | None], None]
) -> None:
    trainer.frames_come(10)
    trainer.after()
    full_after(10)
    with pytest.raises(OSError, match="File too large"):
        trainer.after(REFUSED)
    full_after(None)
    trainer.after()
    assert trainer.library.ledger.entries[2].reason == "worse"


def test_a_buffer_that_is_made_anew_is_new(trainer: TrainerRig, tmp_path: Path) -> None:
    trainer.train(REFUSED)
    assert trainer.buffer is not None
    trainer.buffer.close()
    for path in tmp_path.glob("replay.sqlite*"):
        path.unlink()
    trainer.buffer = None
    assert trainer.after().trainer.waiting is None
    trainer.frames_come(5)
    assert trainer.after().trainer.waiting == (5, 5)


def test_a_buffer_of_something_else_is_told_and_forgotten_when_it_is_mended(
    trainer: TrainerRig, tmp_path: Path
) -> None:
    path = tmp_path / "replay.sqlite"
    path.write_bytes(np.full(4096, 7, np.uint8).tobytes())
    assert "it is not a replay buffer: give another path" in trainer.after().trainer.trouble
    assert trainer.trainer.activity == trainer.trainer.trouble
    path.unlink()
    path.touch()  # one that is being made
    assert trainer.after().trainer.trouble == ""
    path.unlink()
    trainer.frames_come(5)
    assert trainer.after().trainer.trouble == ""
    assert trainer.trainer.waiting == (5, 5)


def test_time_that_goes_back_starts_no_training(trainer: TrainerRig) -> None:
    trainer.frames_come(5)
    trainer.now_s = 10.0
    assert not trainer.after().library.ledger.in_training
    trainer.close()
    trainer.open()
    trainer.after(seconds=59.0)
    assert not trainer.library.ledger.in_training
    assert trainer.after(seconds=1.0).library.ledger.in_training == 2
