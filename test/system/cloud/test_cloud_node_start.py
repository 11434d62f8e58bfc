"""How the cloud node starts and ends: wrong parameters, kill -9, a slow mask generator, signals."""

import signal
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from cloud_robot import Asker, Response, cloud_process, kept
from diagnostic_msgs.msg import DiagnosticStatus
from laecips_edge.core.bundle.bundle import Bundle
from laecips_edge.core.image import image_messages
from processes import Peer, until

pytestmark = pytest.mark.system

BLOCKS = np.random.default_rng(3).integers(0, 256, (6, 8, 3), np.uint8)
JPEG = image_messages.encode_jpeg(BLOCKS.repeat(16, axis=0).repeat(16, axis=1), 90)


@pytest.fixture
def buffer_path(tmp_path: Path) -> Path:
    return tmp_path / "replay.sqlite"


def test_a_killed_cloud_answers_again_what_it_had_kept(
    domain: int, peer: Peer, tiny_bundle: Bundle, buffer_path: Path
) -> None:
    """SIGKILL between the append and the answer: the robot asks again and gets what was kept."""
    parameters = {"bundles": [tiny_bundle.path], "buffer_path": buffer_path}
    with cloud_process(domain, module="dying_cloud", **parameters) as process:
        asker = Asker(peer, process, JPEG, classes_hash=tiny_bundle.manifest.classes_hash)
        asker.wait_until("active")
        request = asker.request()
        lost = asker.send(request)
        until(lambda: process.ended() is not None, what="the death of the cloud")
        assert process.ended() == -signal.SIGKILL
        assert not lost.done()
    assert kept(buffer_path) == 1
    with cloud_process(domain, **parameters) as process:
        asker = Asker(peer, process, JPEG, classes_hash=tiny_bundle.manifest.classes_hash)
        asker.wait_until("active")
        response = asker.ask(request)
        assert (response.status, response.masks_ms) == (Response.OK, 0)
        other = asker.ask(asker.request())  # the same picture, worked out anew
        assert other.masks_ms > 0
        assert response.label_map.data == other.label_map.data
        assert response.confidence_map.data == other.confidence_map.data
    assert kept(buffer_path) == 2


def test_status_keeps_flowing_while_sam_thinks(
    domain: int, peer: Peer, tiny_bundle: Bundle, buffer_path: Path, sam_checkpoint: Path
) -> None:
    """However fast it thinks: asked again until a status has come meanwhile."""
    options = [f"checkpoint={sam_checkpoint}", "points_per_side=16", "points_per_batch=8"]
    options += ["pred_iou_thresh=0", "stability_score_thresh=0"]
    with cloud_process(
        domain,
        bundles=[tiny_bundle.path],
        buffer_path=buffer_path,
        mask_generator="sam",
        mask_options=options,
    ) as process:
        asker = Asker(peer, process, JPEG, classes_hash=tiny_bundle.manifest.classes_hash)
        asker.wait_until("active")
        answers = []

        def told_meanwhile() -> bool:
            answer = asker.send(asker.request())
            asker.wait_until("active")  # the node's other services answer too
            told = len(asker.statuses)
            until(lambda: len(asker.statuses) > told or answer.done(), process=process)
            thinking = not answer.done()
            until(answer.done, process=process, what="the answer")
            answers.append(answer.result().status)
            return thinking

        until(told_meanwhile, process=process, what="a status while it thinks")
        assert set(answers) == {Response.OK}
        until(lambda: asker.statuses[-1].answered == len(answers), process=process)
        assert asker.statuses[-1].mask_generator == "sam"


AT_START = [
    ({"bundles": []}, "bundles: none given; give the folder of at least one bundle"),
    ({"class_scorer": "onnx"}, "class scorer onnx needs a network: set its option model"),
]


@pytest.mark.parametrize(("wrong", "message"), AT_START, ids=[case[1] for case in AT_START])
def test_a_wrong_start_is_told_and_can_be_mended(
    wrong: dict, message: str, domain: int, peer: Peer, tiny_bundle: Bundle, buffer_path: Path
) -> None:
    good = {"bundles": [str(tiny_bundle.path)], "class_scorer": "edge"}
    parameters = good | {"buffer_path": buffer_path} | wrong
    with cloud_process(domain, **parameters) as process:
        asker = Asker(peer, process, JPEG, classes_hash=tiny_bundle.manifest.classes_hash)
        asker.wait_for_diagnosis(DiagnosticStatus.ERROR, message)
        assert len([line for line in process.log().splitlines() if message in line]) == 1
        assert peer.state("/cloud") == "unconfigured"
        mended = peer.set_parameters("/cloud", {name: good[name] for name in wrong})
        assert all(result.successful for result in mended)
        assert peer.change_state("/cloud", "configure")
        assert peer.change_state("/cloud", "activate")
        assert asker.ask().status == Response.OK


@pytest.fixture(scope="module")
def unconfigured(
    domain: int, peer: Peer, tiny_bundle: Bundle, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Asker]:
    """A node that a lifecycle manager would bring up."""
    path = tmp_path_factory.mktemp("cloud") / "replay.sqlite"
    with cloud_process(
        domain, bundles=[tiny_bundle.path], buffer_path=path, autostart=False
    ) as process:
        asker = Asker(peer, process, JPEG, classes_hash=tiny_bundle.manifest.classes_hash)
        asker.wait_until("unconfigured")
        yield asker


WRONG = [
    ("bundles", ["/nowhere"], "/nowhere/manifest.json: cannot be read"),
    (
        "mask_generator",
        "grpah",
        "mask generator 'grpah' is not known: take one of graph, none, sam",
    ),
    ("mask_generator", "sam", "mask generator sam needs weights: set its option checkpoint"),
    ("mask_options", ["size=3"], "mask generator graph has no option 'size'"),
    ("class_scorer", "onxx", "class scorer 'onxx' is not known: take one of blend, edge, onnx"),
    ("scorer_options", ["model=large.onnx"], "class scorer edge has no option 'model'"),
    ("buffer_path", "/proc/nowhere/replay.sqlite", "/proc/nowhere cannot be made"),
]


@pytest.mark.parametrize(("name", "wrong", "message"), WRONG, ids=[case[2] for case in WRONG])
def test_configuring_says_what_is_wrong(
    name: str, wrong: object, message: str, peer: Peer, unconfigured: Asker
) -> None:
    check_refused(peer, unconfigured, name, wrong, message)


def test_a_buffer_that_is_none(peer: Peer, unconfigured: Asker, tmp_path: Path) -> None:
    path = tmp_path / "replay.sqlite"
    path.write_text("no database, and longer than the head of one " * 10)
    message = "file is not a database; it is not a replay buffer"
    check_refused(peer, unconfigured, "buffer_path", str(path), message)


def check_refused(peer: Peer, unconfigured: Asker, name: str, wrong: object, message: str) -> None:
    good = peer.get_parameter("/cloud", name)
    try:
        assert peer.set_parameters("/cloud", {name: wrong})[0].successful
        assert not peer.change_state("/cloud", "configure")
        unconfigured.wait_for_diagnosis(DiagnosticStatus.ERROR, message)
        # The service of a process that was killed before stays in sight until its lease is over.
        until(lambda: not unconfigured.offered, what="the service to be out of sight")
    finally:
        assert peer.set_parameters("/cloud", {name: good})[0].successful


def test_a_checkpoint_that_is_cut_short(
    peer: Peer, unconfigured: Asker, sam_checkpoint: Path, tmp_path: Path
) -> None:
    checkpoint = tmp_path / "sam.pth"
    checkpoint.write_bytes(sam_checkpoint.read_bytes()[:9999])
    values = {"mask_generator": "sam", "mask_options": [f"checkpoint={checkpoint}"]}
    assert all(result.successful for result in peer.set_parameters("/cloud", values))
    assert not peer.change_state("/cloud", "configure")
    unconfigured.wait_for_diagnosis(DiagnosticStatus.ERROR, f"{checkpoint}: ")
    peer.set_parameters("/cloud", {"mask_generator": "graph", "mask_options": [""]})
    assert peer.change_state("/cloud", "configure")
    assert peer.change_state("/cloud", "cleanup")


@pytest.mark.parametrize(
    ("name", "wrong", "reason"),
    [
        ("mask_options", ["size"], "'size' is not NAME=VALUE"),
        ("scorer_options", ["model"], "'model' is not NAME=VALUE"),
        ("vote.max_dissent", 1.5, "vote.max_dissent"),
        ("max_frames", 0, "max_frames"),
        ("threads", 1000, "threads"),
    ],
)
def test_a_value_out_of_range_is_refused(
    name: str, wrong: object, reason: str, peer: Peer, unconfigured: Asker
) -> None:
    result = peer.set_parameters("/cloud", {name: wrong})[0]
    assert not result.successful
    assert reason in result.reason


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_signals_end_the_node_in_good_order(
    number: signal.Signals, domain: int, peer: Peer, tiny_bundle: Bundle, buffer_path: Path
) -> None:
    with cloud_process(domain, bundles=[tiny_bundle.path], buffer_path=buffer_path) as process:
        asker = Asker(peer, process, JPEG, classes_hash=tiny_bundle.manifest.classes_hash)
        asker.wait_until("active")
        assert asker.ask().status == Response.OK
        # In the middle of work: what is under way may be answered or not, but the node ends well.
        for _ in range(3):
            asker.send(asker.request())
        assert process.stop(number) == 0
        assert "Traceback" not in process.log()
    assert kept(buffer_path) >= 1
    assert not buffer_path.with_name("replay.sqlite-wal").exists()  # closed, not dropped
