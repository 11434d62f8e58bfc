"""The trainer as robots and operators meet it: trains, judges, announces, hands out, goes back."""

import itertools
import json
import os
import signal
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from diagnostic_msgs.msg import DiagnosticStatus
from laecips_cloud.replay_buffer.buffer import ReplayBuffer
from laecips_edge.core.bundle.bundle import MANIFEST, WEIGHTS, Bundle
from laecips_edge.core.signing.key_files import make_signing_key
from laecips_edge.core.signing.trusted_keys import TrustedKeys
from laecips_edge.ros import qos
from processes import Peer, until
from trainer_robot import (
    CLASSES,
    NICE,
    PATIENCE_S,
    ColourFrames,
    Listener,
    fill,
    trainer_process,
    worker_pids,
    write_source,
)

from laecips_msgs.msg import ModelReport, ModelUpdate
from laecips_msgs.srv import Adapt, GetModel

pytestmark = [pytest.mark.system, pytest.mark.timeout(600)]

Order, Answer = Adapt.Request, GetModel.Response
OK, WARN, ERROR = DiagnosticStatus.OK, DiagnosticStatus.WARN, DiagnosticStatus.ERROR


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    it = tmp_path_factory.mktemp("trainer")
    write_source(it / "source")
    return it


@pytest.fixture(scope="module")
def trainer(domain: int, peer: Peer, tiny_bundle: Bundle, folder: Path) -> Iterator[Listener]:
    """One trainer for the whole story; the replay buffer is not there yet."""
    key, _ = make_signing_key(folder)
    with trainer_process(
        domain,
        bundle=tiny_bundle.path,
        library=folder / "library",
        buffer_path=folder / "replay.sqlite",
        source=folder / "source",
        max_chunk=4096,
        signing_key=key,
    ) as process:
        listener = Listener(peer, process)
        listener.wait_until("active")
        yield listener


def signed_over(update: ModelUpdate, folder: Path) -> int:
    """Over which versions an offer goes back, by a signature of the trainer's key."""
    trusted = TrustedKeys.named([str(folder / "update.pub")])
    assert trusted is not None
    return trusted.check(update.signature, manifest_sha256=update.manifest_sha256).over


SEEDS = itertools.count(100)


def more(folder: Path, count: int = 20, *, wrong: bool = False) -> None:
    fill(folder / "replay.sqlite", ColourFrames(count, seed=next(SEEDS)), wrong=wrong)


def label(folder: Path, count: int) -> None:
    """People confirm the labels of the oldest frames."""
    buffer = ReplayBuffer(folder / "replay.sqlite", classes=CLASSES)
    frames = itertools.islice(buffer.read(0, 2**63 - 1), count)
    buffer.keep_human_labels({frame.request_id: frame.label_map for frame in frames})
    buffer.close()


def test_without_a_buffer_it_waits_and_offers_the_first_version(
    trainer: Listener, folder: Path
) -> None:
    update = trainer.wait_for_offer(1)
    assert (update.name, update.parent) == ("tiny", 0)
    assert signed_over(update, folder) == 0
    status = trainer.wait_for("first version", offered=1, parent=1, training=False)
    assert status.activity == f"waiting for the replay buffer {folder / 'replay.sqlite'}"
    assert (status.promoted, status.refused, status.last_version) == (0, 0, 0)
    trainer.wait_for_diagnosis(OK, "waiting for the replay buffer")


def test_enough_frames_are_trained_on_promoted_and_handed_out(
    trainer: Listener, folder: Path, peer: Peer
) -> None:
    more(folder, 10)
    trainer.wait_for("frames are seen", frames_waiting=10, training=False)
    label(folder, 4)
    trainer.wait_for("labels of people are counted", frames_labelled=4, frames_held_out=1)
    more(folder, 10)
    update = trainer.wait_for_offer(2)
    assert (update.parent, update.ordered) == (1, False)
    assert signed_over(update, folder) == 0
    status = trainer.wait_for("verdict", last_version=2, frames_waiting=0, training=False)
    assert (status.last_promoted, status.promoted, status.parent) == (True, 1, 2)
    assert "loss against F falls" in status.last_reason
    assert status.last_training_s > 0
    late = peer.subscribe(ModelUpdate, "/model_update", qos.latched())
    until(lambda: late, what="the update for whoever comes late")
    assert late[0].manifest_sha256 == update.manifest_sha256
    manifest = trainer.fetch_bundle(update)
    assert manifest["version"] == 2
    assert manifest["gate"]["promoted"] is True
    assert manifest["training"]["trigger"] == "buffer"
    assert manifest["training"]["lessons_by_people"] == 3
    assert manifest["gate"]["truth_frames"] == 1
    assert f"version 2 promoted: {status.last_reason}" in trainer.process.log()
    assert Bundle.load(folder / "library/versions/000002").manifest.parent == 1


@pytest.mark.parametrize(
    ("version", "file", "offset", "status", "message"),
    [
        (9, MANIFEST, 0, Answer.UNKNOWN_VERSION, "version 9 is not for robots; 2 is offered"),
        (2, "../ledger.json", 0, Answer.UNKNOWN_FILE, "no file '../ledger.json'"),
        (2, WEIGHTS, 1 << 40, Answer.BAD_REQUEST, "is past the end at "),
    ],
)
def test_what_is_not_handed_out(
    version: int, file: str, offset: int, status: int, message: str, trainer: Listener
) -> None:
    response = trainer.ask(version, file, offset)
    assert (response.status, len(response.data)) == (status, 0)
    assert message in response.message


def test_files_flow_during_a_training_and_a_killed_worker_loses_nothing(
    trainer: Listener, folder: Path
) -> None:
    more(folder)
    trainer.wait_for("training", training=True, parent=2)
    (pid,) = worker_pids(trainer.process)
    assert os.getpriority(os.PRIO_PROCESS, pid) == NICE
    os.kill(pid, signal.SIGKILL)
    assert trainer.ask(2, WEIGHTS).status == Answer.OK
    until(lambda: "the worker died (SIGKILL)" in trainer.process.log(), process=trainer.process)
    # Promoted or not, none of it is lost.
    status = trainer.wait_for("verdict", last_version=3, training=False, frames_waiting=0)
    assert status.promoted == 1 + status.last_promoted
    assert status.offered == status.parent == (3 if status.last_promoted else 2)
    assert manifest_of(folder, 3)["parent"] == 2


def manifest_of(folder: Path, version: int) -> dict[str, Any]:
    path = folder / f"library/versions/{version:06d}" / MANIFEST
    content: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return content


@pytest.fixture(scope="module")
def rolled_back(trainer: Listener) -> int:
    """What is offered after the trainings so far; a robot goes back from it."""
    return int(trainer.wait_for("rest", training=False).offered)


def test_a_robot_that_rolls_back_keeps_a_version_out(
    trainer: Listener, folder: Path, rolled_back: int
) -> None:
    parent = manifest_of(folder, rolled_back)["parent"]
    for _ in range(2):  # latched reports come again
        trainer.report(rolled_back, ModelReport.ROLLED_BACK, "too slow")
    trainer.wait_for_offer(parent)
    trainer.wait_for("rolled back", offered=parent, parent=parent, rolled_back=1)
    assert trainer.ask(rolled_back, MANIFEST).status == Answer.UNKNOWN_VERSION


def test_an_operator_trains_now_pins_and_goes_back(
    trainer: Listener, folder: Path, rolled_back: int
) -> None:
    parent = manifest_of(folder, rolled_back)["parent"]
    assert not trainer.adapt(99).success
    response = trainer.adapt(Order.PIN, 1)
    assert (response.success, response.version) == (True, 1)
    assert signed_over(trainer.wait_for_offer(1, ordered=True), folder) == 3
    trainer.wait_for_diagnosis(WARN, "version 1 is pinned, robots get no other")
    response = trainer.adapt(Order.TRAIN_NOW)
    assert (response.success, response.message) == (
        True,
        f"version 4 is trained from {parent}",
    )
    assert trainer.adapt(Order.TRAIN_NOW).message == "version 4 is being trained already"
    status = trainer.wait_for("verdict while pinned", last_version=4, training=False)
    assert (status.offered, status.pinned) == (1, 1)
    response = trainer.adapt(Order.ROLL_BACK, 2)
    assert (response.success, response.message) == (False, "version 1 is pinned: unpin it first")
    response = trainer.adapt(Order.UNPIN)
    assert response.version == status.parent
    trainer.wait_for_offer(status.parent, ordered=True)
    response = trainer.adapt(Order.ROLL_BACK, rolled_back)
    assert not response.success
    assert (
        f"version {rolled_back} is rolled back (robot robot went back from it: too slow)"
        in response.message
    )
    assert trainer.adapt(Order.ROLL_BACK, 1).version == 1
    assert trainer.wait_for_offer(1, ordered=True).version == 1
    trainer.wait_for("gone back", offered=1, parent=1, ordered=True)


def test_a_paused_trainer_trains_no_more_until_it_is_resumed(
    trainer: Listener, folder: Path
) -> None:
    assert trainer.adapt(Order.PAUSE).success
    more(folder)
    trainer.wait_for("frames wait", paused=True, frames_waiting=20, training=False)
    trainer.wait_for_diagnosis(WARN, "paused until it is resumed")
    response = trainer.adapt(Order.TRAIN_NOW)
    assert (response.success, response.message) == (
        False,
        "training is paused: resume it first",
    )
    assert trainer.adapt(Order.RESUME).success
    until(
        lambda: trainer.statuses[-1].last_version == 5,
        timeout=PATIENCE_S,
        process=trainer.process,
        what="the training of what waited",
    )
    # Promoted or not, it was trained from what the operator went back to.
    assert Bundle.load(folder / "library/versions/000005").manifest.parent == 1


def test_deactivation_ends_the_worker_and_activation_goes_on(
    trainer: Listener, folder: Path, peer: Peer
) -> None:
    before = trainer.wait_for("rest", training=False)
    more(folder)
    trainer.wait_for("training", training=True)
    assert peer.change_state("/trainer", "deactivate")
    assert worker_pids(trainer.process) == []
    response = trainer.ask(1, MANIFEST)
    assert (response.status, response.message) == (
        Answer.UNAVAILABLE,
        "/trainer is inactive: activate it",
    )
    assert not trainer.adapt(Order.PAUSE).success
    trainer.wait_for_diagnosis(WARN, "inactive: configure and activate")
    assert peer.change_state("/trainer", "activate")
    trainer.wait_for("verdict", last_version=before.last_version + 1, training=False)


def test_cleanup_lets_go_and_it_comes_back_with_what_it_knew(trainer: Listener, peer: Peer) -> None:
    before = trainer.wait_for("rest", training=False)
    trainer.adapt(Order.PIN, before.offered)
    assert peer.change_state("/trainer", "deactivate")
    assert peer.change_state("/trainer", "cleanup")
    seen = len(trainer.updates)
    assert peer.change_state("/trainer", "configure")
    assert peer.change_state("/trainer", "activate")
    until(lambda: len(trainer.updates) > seen, process=trainer.process, what="the offer again")
    status = trainer.wait_for("pinned still", pinned=before.offered, offered=before.offered)
    assert (status.promoted, status.refused) == (before.promoted, before.refused)
    assert trainer.adapt(Order.UNPIN).success
