"""The cloud node as a robot meets it: every request is answered, whatever is in it."""

import resource
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from cloud_robot import Asker, Response, cloud_process, kept
from diagnostic_msgs.msg import DiagnosticStatus
from laecips_cloud.replay_buffer.reader import ReplayReader
from laecips_edge.core.bundle.bundle import Bundle
from laecips_edge.core.image import image_messages
from laecips_edge.core.link import wire
from processes import Peer, until

pytestmark = pytest.mark.system

SHAPE = (90, 140)
CLASSES = 4
BLOCKS = np.random.default_rng(3).integers(0, 256, (6, 7, 3), np.uint8)
JPEG = image_messages.encode_jpeg(BLOCKS.repeat(15, axis=0).repeat(20, axis=1), 90)
OK, WARN, ERROR = DiagnosticStatus.OK, DiagnosticStatus.WARN, DiagnosticStatus.ERROR


@pytest.fixture(scope="module")
def buffer_path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("cloud") / "new folder" / "replay.sqlite"


@pytest.fixture(scope="module")
def cloud(domain: int, peer: Peer, tiny_bundle: Bundle, buffer_path: Path) -> Iterator[Asker]:
    """A node with the tiny bundle and graph segmentation, active."""
    # Most of the tests' requests are refused, which must not be what the diagnostics say.
    parameters = {"bundles": [tiny_bundle.path], "buffer_path": buffer_path, "warn.refused": 1.0}
    with cloud_process(domain, **parameters) as process:
        asker = Asker(peer, process, JPEG, classes_hash=tiny_bundle.manifest.classes_hash)
        asker.wait_until("active")
        yield asker


def test_a_hard_frame_comes_back_as_a_label_map(cloud: Asker, buffer_path: Path) -> None:
    request = cloud.request(why=1)
    response = cloud.ask(request)
    assert (response.status, response.message) == (Response.OK, "")
    label_map = wire.decode_label_map(response.label_map.data, SHAPE, CLASSES)
    assert len(np.unique(label_map)) > 1
    wire.decode_confidence_map(response.confidence_map.data, SHAPE)
    assert response.label_map.header == response.confidence_map.header == request.header
    assert response.bundle_version == 1
    stages = ("decode", "scores", "masks", "fusion", "store")
    assert all(getattr(response, f"{stage}_ms") > 0 for stage in stages)
    reader = ReplayReader(buffer_path)  # beside the node, as a trainer does
    frame = reader.find(request.request_id)
    reader.close()
    assert (frame.picture, frame.label_map) == (JPEG, bytes(response.label_map.data))
    assert (frame.robot, frame.why, frame.trust) == ("robot", "audit", 0.25)


def test_the_same_request_again_is_answered_from_the_buffer(cloud: Asker) -> None:
    request = cloud.request()
    first, again = cloud.ask(request), cloud.ask(request)
    assert again.status == Response.OK
    assert again.label_map.data == first.label_map.data
    assert again.masks_ms == 0


def test_scores_of_the_robot_are_taken(cloud: Asker) -> None:
    certain = np.zeros((CLASSES, 24, 32), np.float32)
    certain[3] = 1
    response = cloud.ask(scores=wire.encode_scores(certain), bundle_version=12)
    assert (response.status, response.bundle_version) == (Response.OK, 12)
    assert (wire.decode_label_map(response.label_map.data, SHAPE, CLASSES) == 3).all()


@pytest.mark.parametrize(
    ("fields", "status", "message"),
    [
        ({"picture": JPEG[:-200]}, Response.BAD_REQUEST, "truncated after"),
        ({"picture": b""}, Response.BAD_REQUEST, "image: format 'jpeg': no data"),
        ({"picture": b"\xff\xd8 garbage \xff\xd9"}, Response.BAD_REQUEST, "image: "),
        ({"bundle_version": 9}, Response.UNKNOWN_VERSION, "no f of version 9 here, only 1"),
        (
            {"scores": wire.encode_scores(np.full((3, 25, 32), 1 / 3, np.float32))},
            Response.BAD_REQUEST,
            "75 rows are not a multiple of 4 classes",
        ),
        (
            {"scores": wire.encode_scores(np.full((4, 25, 32), 1 / 4, np.float32))},
            Response.BAD_REQUEST,
            "scores: [4, 25, 32], f of version 1 gives [4, 24, 32]",
        ),
        (
            {"classes_hash": "0123456789abcdef"},
            Response.BAD_REQUEST,
            "classes_hash: '0123456789abcdef' of the robot's bundle, but this cloud's is ",
        ),
        ({"request_id": ""}, Response.BAD_REQUEST, "request_id: empty"),
        ({"confidence": float("nan")}, Response.BAD_REQUEST, "confidence: nan"),
    ],
)
def test_a_bad_request_gets_a_reason(
    fields: dict, status: int, message: str, cloud: Asker, buffer_path: Path
) -> None:
    before = kept(buffer_path)
    response = cloud.ask(**fields)
    assert response.status == status
    assert message in response.message
    assert "\n" not in response.message
    assert len(response.label_map.data) == 0
    assert kept(buffer_path) == before
    assert cloud.ask().status == Response.OK


def test_status_counts_what_came(cloud: Asker) -> None:
    until(lambda: cloud.statuses, what="status")
    before = cloud.statuses[-1]
    for _ in range(2):
        assert cloud.ask().status == Response.OK
    assert cloud.ask(picture=b"").status == Response.BAD_REQUEST
    until(lambda: cloud.statuses[-1].refused > before.refused)
    now = cloud.statuses[-1]
    assert now.answered >= before.answered + 2
    assert now.requests == now.answered + now.refused
    assert now.buffer_frames >= 2
    assert now.buffer_bytes > 2 * len(JPEG)
    assert now.masks_ms > 0
    assert (now.state, list(now.bundle_versions)) == ("active", [1])
    assert (now.mask_generator, now.class_scorer) == ("graph", "edge")
    cloud.wait_for_diagnosis(OK, "answering hard frames")


def test_many_refusals_reach_the_diagnostics(cloud: Asker, peer: Peer) -> None:
    assert cloud.ask().status == Response.OK
    for _ in range(10):
        cloud.ask(picture=b"")
    assert peer.set_parameters("/cloud", {"warn.refused": 0.3})[0].successful
    cloud.wait_for_diagnosis(WARN, "of the requests of the last minute were refused, the last one")
    assert peer.set_parameters("/cloud", {"warn.refused": 1.0})[0].successful
    cloud.wait_for_diagnosis(OK, "answering hard frames")


def test_a_full_disk(cloud: Asker, buffer_path: Path) -> None:
    before = kept(buffer_path)
    _, most = resource.prlimit(cloud.process.pid, resource.RLIMIT_FSIZE)
    resource.prlimit(cloud.process.pid, resource.RLIMIT_FSIZE, (1024, most))
    request = cloud.request()
    response = cloud.ask(request)
    assert response.status == Response.UNAVAILABLE
    assert f"{buffer_path}: " in response.message
    assert "make room on it or lower max_bytes" in response.message
    assert len(response.label_map.data) == 0
    cloud.wait_for_diagnosis(ERROR, "make room on it")
    # A robot that waits is answered all the same.
    response = cloud.ask(cloud.request(deadline_s=30.0))
    assert (response.status, len(response.label_map.data) > 0) == (Response.OK, True)
    cloud.wait_for_diagnosis(ERROR, "answers go on")
    assert cloud.statuses[-1].unkept == 1
    assert cloud.process.log().count("answers go on") == 1
    resource.prlimit(cloud.process.pid, resource.RLIMIT_FSIZE, (most, most))
    assert kept(buffer_path) == before
    assert cloud.ask(request).status == Response.OK
    assert kept(buffer_path) == before + 1
    cloud.wait_for_diagnosis(OK, "answering")


def test_lifecycle(cloud: Asker, peer: Peer) -> None:
    assert not peer.change_state("/cloud", "configure")  # not allowed now: answered, not raised
    assert peer.change_state("/cloud", "deactivate")
    response = cloud.ask()
    assert (response.status, response.message) == (
        Response.UNAVAILABLE,
        "/cloud is inactive: activate it",
    )
    cloud.wait_for_diagnosis(WARN, "inactive")
    assert peer.change_state("/cloud", "cleanup")
    until(lambda: not cloud.offered, what="the service is withdrawn")
    assert peer.change_state("/cloud", "configure")
    assert peer.change_state("/cloud", "activate")
    assert cloud.ask().status == Response.OK
    until(lambda: cloud.statuses[-1].state == "active" and cloud.statuses[-1].requests == 1)
