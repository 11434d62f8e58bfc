"""How the trainer starts and ends: wrong parameters, work that is refused, kill -9, signals."""

import os
import signal
from collections.abc import Callable, Iterator
from pathlib import Path

import cv2
import numpy as np
import pytest
from diagnostic_msgs.msg import DiagnosticStatus
from laecips_cloud.library.model_library import ModelLibrary
from laecips_edge.core.bundle.bundle import Bundle
from processes import Peer, until
from trainer_robot import (
    PATIENCE_S,
    ColourFrames,
    Listener,
    fill,
    gone,
    trainer_process,
    worker_pids,
    write_source,
)

pytestmark = [pytest.mark.system, pytest.mark.timeout(600)]

ERROR = DiagnosticStatus.ERROR


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_source(tmp_path_factory.mktemp("source"))


@pytest.fixture
def given(tiny_bundle: Bundle, source: Path, tmp_path: Path) -> dict[str, object]:
    """Good parameters."""
    return {
        "bundle": tiny_bundle.path,
        "library": tmp_path / "library",
        "buffer_path": tmp_path / "replay.sqlite",
        "source": source,
    }


def test_what_learns_nonsense_is_refused_and_kept_out_of_the_next_parent(
    domain: int, peer: Peer, given: dict, tmp_path: Path
) -> None:
    fill(tmp_path / "replay.sqlite", ColourFrames(20, seed=1), wrong=True)
    gate = {"max_source_loss": 0.0, "max_class_loss": 0.0, "rehearsal": 0.0}
    gate = {f"training.{name}": value for name, value in gate.items()}
    with trainer_process(domain, **given | gate) as process:
        trainer = Listener(peer, process)
        status = trainer.wait_for("verdict", last_version=2, training=False)
        assert (status.last_promoted, status.refused, status.promoted) == (False, 1, 0)
        assert (status.offered, status.parent) == (1, 1)
        assert f"version 2 refused: {status.last_reason}" in process.log()
        manifest = Bundle.load(tmp_path / "library/versions/000002").manifest
        assert manifest.gate["promoted"] is False
        assert manifest.gate["reason"] == status.last_reason
        fill(tmp_path / "replay.sqlite", ColourFrames(20, seed=2), wrong=True)
        trainer.wait_for("verdict", last_version=3, training=False)
        assert Bundle.load(tmp_path / "library/versions/000003").manifest.parent == 1
        assert process.stop(signal.SIGTERM) == 0
        assert "Traceback" not in process.log()


def test_a_killed_trainer_takes_its_worker_along_and_goes_on_with_its_training(
    domain: int, peer: Peer, given: dict, tmp_path: Path
) -> None:
    fill(tmp_path / "replay.sqlite", ColourFrames(20, seed=1))
    with trainer_process(domain, **given | {"training.steps": 3000}) as process:
        trainer = Listener(peer, process)
        trainer.wait_for("training", training=True)
        until(lambda: worker_pids(process), process=process, what="the worker")
        (worker,) = worker_pids(process)
        process.send_signal(signal.SIGKILL)
        until(lambda: process.ended() is not None, what="the death of the trainer")
    until(lambda: gone(worker), what="the end of its worker", timeout=PATIENCE_S)
    assert (tmp_path / "library/jobs/000002/job.json").is_file()
    # Its job says how it is trained; make it short.
    job = tmp_path / "library/jobs/000002/job.json"
    job.write_text(job.read_text().replace('"steps": 3000', '"steps": 4'), encoding="utf-8")
    recipe = tmp_path / "library/jobs/000002/checkpoints/recipe.json"
    if recipe.is_file():
        recipe.write_text(recipe.read_text().replace('"steps": 3000', '"steps": 4'))
    with trainer_process(domain, **given) as process:
        trainer = Listener(peer, process)
        status = trainer.wait_for("verdict", last_version=2, training=False)
        assert status.frames_waiting == 0
        assert not (tmp_path / "library/jobs/000002").exists()
        assert process.stop(signal.SIGINT) == 0
    library = ModelLibrary(tmp_path / "library")
    assert library.ledger.last == 2
    library.close()


@pytest.fixture(scope="module")
def unconfigured(domain: int, peer: Peer) -> Iterator[Listener]:
    """A node that a lifecycle manager would bring up."""
    with trainer_process(domain, autostart=False) as process:
        trainer = Listener(peer, process)
        trainer.wait_until("unconfigured")
        yield trainer


def _none(folder: Path) -> object:
    return ""


def _empty(folder: Path) -> object:
    (folder / "empty").mkdir()
    return str(folder / "empty")


def _other_classes(folder: Path) -> object:
    write_source(folder / "other", 2)
    path = folder / "other" / "classes.yaml"
    path.write_text(path.read_text().replace("screw", "nut"), encoding="utf-8")
    return str(folder / "other")


def _two_values(folder: Path) -> object:
    for path in write_source(folder / "masks").glob("labels/*.png"):
        mask = cv2.imread(str(path), cv2.IMREAD_UNCHANGED)
        cv2.imwrite(str(path), np.where(mask, 255, 0).astype(np.uint8))
    return str(folder / "masks")


WRONG = [
    ("bundle", _none, "parameter bundle is empty: give the folder of the first training's bundle"),
    ("bundle", _empty, "empty/manifest.json: cannot be read"),
    ("source", _none, "parameter source is empty: give a folder of labelled source frames"),
    ("source", _empty, "classes.yaml: cannot be read"),
    ("source", _other_classes, "2 frames of the classes belt, part, nut, scratch; give at least 2"),
    ("source", _two_values, "no pixel of part, screw, scratch in 8 frames; label some, take more"),
    ("library", lambda _: "/proc/nowhere", "/proc/nowhere"),
    ("min_frames", lambda _: 300, "min_frames is 300, must be 2 to max_buffer, which is 20"),
    ("max_lessons", lambda _: 5, "max_lessons is 5: trainings would leave new frames out"),
]


@pytest.mark.parametrize(("name", "wrong", "message"), WRONG, ids=[case[2] for case in WRONG])
def test_configuring_says_what_is_wrong(
    name: str,
    wrong: Callable[[Path], object],
    message: str,
    peer: Peer,
    unconfigured: Listener,
    given: dict,
    tmp_path: Path,
) -> None:
    good = {key: str(value) for key, value in given.items()}
    before = peer.get_parameter("/trainer", name)
    try:
        results = peer.set_parameters("/trainer", good | {name: wrong(tmp_path)})
        assert all(result.successful for result in results)
        assert not peer.change_state("/trainer", "configure")
        unconfigured.wait_for_diagnosis(ERROR, message)
    finally:
        peer.set_parameters("/trainer", {name: before})


def test_two_trainers_do_not_share_a_library(
    peer: Peer, unconfigured: Listener, given: dict, tmp_path: Path
) -> None:
    library = ModelLibrary(tmp_path / "library")
    peer.set_parameters("/trainer", {key: str(value) for key, value in given.items()})
    assert not peer.change_state("/trainer", "configure")
    unconfigured.wait_for_diagnosis(ERROR, "another trainer uses it")
    library.close()
    assert peer.change_state("/trainer", "configure")
    assert peer.change_state("/trainer", "cleanup")


@pytest.mark.parametrize(
    ("name", "wrong"),
    [("training.steps", 0), ("training.rehearsal", 1.0), ("nice", 20), ("max_interval_s", 0.0)],
)
def test_a_value_out_of_range_is_refused(
    name: str, wrong: object, peer: Peer, unconfigured: Listener
) -> None:
    result = peer.set_parameters("/trainer", {name: wrong})[0]
    assert not result.successful
    assert name in result.reason


def test_a_buffer_of_something_else_is_told(
    domain: int, peer: Peer, given: dict, tmp_path: Path
) -> None:
    (tmp_path / "replay.sqlite").write_text("no database at all, but long enough to be read as one")
    os.utime(tmp_path / "replay.sqlite")
    with trainer_process(domain, **given) as process:
        trainer = Listener(peer, process)
        trainer.wait_for_diagnosis(ERROR, "it is not a replay buffer: give another path")
