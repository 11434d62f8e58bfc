"""How the edge node starts and ends: wrong parameters, compressed images, QoS, signals."""

import signal
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from diagnostic_msgs.msg import DiagnosticArray, DiagnosticStatus
from edge_robot import BEST_EFFORT, Cloud, Request, Robot, of_stamp
from laecips_edge.core.bundle.bundle import Bundle
from laecips_edge.core.image import codecs, image_messages
from laecips_edge.core.link.wire import decode_scores
from laecips_edge.ros import qos
from processes import Peer, RosProcess, until
from sensor_msgs.msg import CompressedImage, Image

from laecips_msgs.msg import EdgeStatus, Segmentation

pytestmark = pytest.mark.system

EDGE = "laecips_edge.edge_node"
GREY = np.full((96, 128, 3), 90, np.uint8)
JPEG = image_messages.encode_jpeg(GREY, 77)


@pytest.fixture(scope="module")
def compressed(
    domain: int, peer: Peer, tiny_bundle: Bundle, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Robot]:
    """A node for compressed images that calls every frame hard and sends scores, in a namespace."""
    parameters = {
        "bundle": tiny_bundle.path,
        "model_store": tmp_path_factory.mktemp("models"),
        "policy": "cloud",
        "image_transport": "compressed",
        "reliability": "reliable",
        "send_scores": True,
        "deadline_s": 20.0,
        "robot": "walker",
        "first_retry_s": 0.1,
    }
    arguments = ["-r", "__ns:=/walker"]
    with RosProcess(EDGE, domain, parameters=parameters, arguments=arguments) as process:
        robot = Robot(peer, process, namespace="/walker", compressed=True)
        robot.wait_until_active()
        yield robot


@pytest.fixture(scope="module")
def requests(domain: int, compressed: Robot) -> Iterator[list[Request]]:
    """What reaches the cloud."""
    with Cloud(domain, "/walker/segment_hard_frame") as cloud:
        until(
            lambda: compressed.answer(compressed.send_rgb(GREY)).source == Segmentation.CLOUD,
            process=compressed.process,
        )
        yield cloud.requests


def test_a_cloud_may_come_and_go(domain: int, compressed: Robot) -> None:
    header = compressed.send_rgb(GREY)
    answer = compressed.answer(header)
    assert (answer.source, answer.reason) == (Segmentation.EDGE_FALLBACK, Segmentation.OFFLINE)
    assert answer.detail == "no cloud offers the service"
    assert answer.hard
    now = of_stamp(compressed.label_maps_now, header, compressed.process)
    assert of_stamp(compressed.label_maps, header, compressed.process).data == now.data

    def source() -> int:
        return int(compressed.answer(compressed.send_rgb(GREY)).source)

    with Cloud(domain, "/walker/segment_hard_frame"):
        until(lambda: source() == Segmentation.CLOUD, process=compressed.process)
    until(lambda: source() == Segmentation.EDGE_FALLBACK, process=compressed.process)
    log = compressed.process.log
    until(lambda: "no cloud: the robot answers hard frames itself" in log())
    before = log().count("the cloud is back after ")
    with Cloud(domain, "/walker/segment_hard_frame"):
        until(lambda: log().count("the cloud is back after ") > before, process=compressed.process)
    assert "hard frames itself meanwhile" in log()


def test_the_cameras_own_jpeg_goes_up_as_it_is(compressed: Robot, requests: list[Request]) -> None:
    answer = compressed.answer(compressed.send(format="rgb8; jpeg compressed bgr8", data=JPEG))
    assert answer.source == Segmentation.CLOUD
    assert bytes(requests[-1].image.data) == JPEG
    assert requests[-1].image.format == "jpeg"
    assert requests[-1].robot == "walker"
    assert answer.bytes_up == len(JPEG) + len(requests[-1].scores)


def test_png_goes_up_as_jpeg(compressed: Robot, requests: list[Request]) -> None:
    answer = compressed.answer(compressed.send(format="png", data=codecs.encode_png(GREY)))
    assert answer.source == Segmentation.CLOUD
    assert bytes(requests[-1].image.data) == image_messages.encode_jpeg(GREY, 90)


def test_scores_go_along(compressed: Robot, requests: list[Request]) -> None:
    compressed.answer(compressed.send_rgb(GREY))
    scores = decode_scores(bytes(requests[-1].scores), 4)
    assert scores.shape == (4, 24, 32)


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (JPEG[: len(JPEG) // 2], "truncated after"),
        (b"", "no data"),
        (b"garbage", "neither JPEG nor PNG"),
        (b"\0\0\0\1\x67\x64", "H.264 or H.265 video"),
    ],
    ids=["truncated", "empty", "garbage", "video"],
)
def test_what_is_no_picture_is_told(compressed: Robot, data: bytes, reason: str) -> None:
    rejected = compressed.settled().rejected
    compressed.send(format="jpeg", data=data)
    until(lambda: compressed.statuses[-1].rejected > rejected, process=compressed.process)
    until(lambda: reason in compressed.health().message, process=compressed.process)
    assert compressed.answer(compressed.send_rgb(GREY)).hard


def test_the_log_names_what_the_node_listens_to(compressed: Robot) -> None:
    assert (
        "listening for sensor_msgs/CompressedImage on /walker/image/compressed "
        "(reliability reliable), cloud at /walker/segment_hard_frame"
    ) in compressed.process.log()


def test_a_publisher_that_does_not_match_is_told(compressed: Robot, peer: Peer) -> None:
    peer.publisher(CompressedImage, compressed.topic, BEST_EFFORT)
    until(
        lambda: "offers another RELIABILITY" in compressed.process.log(),
        process=compressed.process,
        what="a line about QoS",
    )


def test_a_wrong_start_can_be_mended(
    domain: int, peer: Peer, tiny_bundle: Bundle, tmp_path: Path
) -> None:
    parameters = {
        "bundle": "/no/such/bundle",
        "model_store": tmp_path,
        "max_in_flight": 1000,
        "polcy": "spp",
    }
    arguments = ["-r", "__ns:=/broken"]
    with RosProcess(EDGE, domain, parameters=parameters, arguments=arguments) as process:
        statuses = peer.subscribe(EdgeStatus, "/broken/edge/status")
        diagnostics = peer.subscribe(DiagnosticArray, "/diagnostics")
        until(lambda: "parameter max_in_flight: " in process.log(), process=process)
        assert peer.state("/broken/edge") == "unconfigured"
        assert peer.set_parameters("/broken/edge", {"max_in_flight": 3})[0].successful
        assert not peer.change_state("/broken/edge", "configure")
        (line,) = [text for text in process.log().splitlines() if "/no/such/bundle" in text]
        assert "configure failed" in line
        until(
            lambda: any(
                status.name == "/broken/edge"
                and status.level == DiagnosticStatus.ERROR
                and status.message in line
                for array in diagnostics
                for status in array.status
            ),
            process=process,
            what="the failure in the diagnostics",
        )
        path = str(tiny_bundle.path)
        assert peer.set_parameters("/broken/edge", {"bundle": path})[0].successful
        assert peer.change_state("/broken/edge", "configure")
        assert peer.change_state("/broken/edge", "activate")
        until(lambda: statuses and statuses[-1].bundle == "tiny", process=process)
        assert process.log().count("no parameter polcy, it is ignored: did you mean policy?") == 1
        until(lambda: "no image on /broken/image yet: check" in process.log(), process=process)
        assert "Traceback" not in process.log()


def test_a_bundle_that_lies_does_not_start(
    domain: int, tiny_bundle: Bundle, tmp_path: Path
) -> None:
    for file in tiny_bundle.path.iterdir():
        (tmp_path / file.name).write_bytes(file.read_bytes())
    (tmp_path / "graph_f.onnx").write_bytes(b"garbage")
    parameters = {"bundle": tmp_path}
    arguments = ["-r", "__ns:=/lying"]
    with RosProcess(EDGE, domain, parameters=parameters, arguments=arguments) as process:
        until(lambda: "configure failed" in process.log(), process=process)
        assert "graph_f.onnx: sha256" in process.log()
        assert process.ended() is None


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_answers_what_is_pending_and_ends_with_0(
    domain: int, peer: Peer, tiny_bundle: Bundle, number: int, tmp_path: Path
) -> None:
    parameters = {
        "bundle": tiny_bundle.path,
        "model_store": tmp_path,
        "policy": "cloud",
        "deadline_s": 20.0,
    }
    namespace = f"/ending_{int(number)}"
    arguments = ["-r", f"__ns:={namespace}"]
    with (
        Cloud(domain, f"{namespace}/segment_hard_frame") as cloud,
        RosProcess(EDGE, domain, parameters=parameters, arguments=arguments) as process,
    ):
        robot = Robot(peer, process, namespace=namespace)
        robot.wait_until_active()
        until(
            lambda: robot.answer(robot.send_rgb(GREY)).source == Segmentation.CLOUD,
            process=process,
        )
        cloud.requests.clear()
        cloud.gate.clear()
        header = robot.send_rgb(GREY)
        until(lambda: cloud.requests, process=process)
        assert process.stop(number) == 0
        answer = robot.answer(header)
        assert (answer.source, answer.reason) == (
            Segmentation.EDGE_FALLBACK,
            Segmentation.OFFLINE,
        )
        assert "Traceback" not in process.log()


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (["--params-file", "/no/such.yaml"], "/no/such.yaml"),
        (["-p", "threads"], "Couldn't parse parameter override rule: '-p threads'"),
    ],
)
def test_a_wrong_command_line_is_told_in_one_line(
    domain: int, arguments: list[str], reason: str
) -> None:
    with RosProcess(EDGE, domain, arguments=arguments) as process:
        until(lambda: process.ended() is not None)
        assert process.stop() == 2
    assert reason in process.log().splitlines()[-1]
    assert "Traceback" not in process.log()


def test_the_names_of_the_classes_are_told(
    domain: int, peer: Peer, compressed: Robot, tiny_bundle: Bundle
) -> None:
    messages = pytest.importorskip("vision_msgs.msg", reason="vision_msgs is not installed here")
    infos = peer.subscribe(messages.LabelInfo, f"{compressed.node}/label_info", qos.latched())
    until(lambda: infos, process=compressed.process)
    names = [(c.class_id, c.class_name) for c in infos[0].class_map]
    assert names == list(enumerate(tiny_bundle.manifest.classes))


def test_what_is_blanked_is_black_and_has_no_class_wherever_it_goes(
    domain: int, peer: Peer, tiny_bundle: Bundle, tmp_path: Path
) -> None:
    parameters = {
        "bundle": tiny_bundle.path,
        "model_store": tmp_path,
        "policy": "cloud",
        "image_transport": "compressed",
        "privacy.polygons": ["0,0 0.5,0 0.5,1 0,1"],
        "deadline_s": 20.0,
    }
    arguments = ["-r", "__ns:=/private"]
    with (
        Cloud(domain, "/private/segment_hard_frame") as cloud,
        RosProcess(EDGE, domain, parameters=parameters, arguments=arguments) as process,
    ):
        robot = Robot(peer, process, namespace="/private", compressed=True)
        overlays = peer.subscribe(Image, f"{robot.node}/overlay")
        robot.wait_until_active()

        def answered() -> Any:
            header = robot.send(format="jpeg", data=JPEG)
            return (
                header if robot.answer(header).source == Segmentation.CLOUD and overlays else None
            )

        header = until(answered, process=process)
        sent = image_messages.decode_compressed(bytes(cloud.requests[-1].image.data))
        overlay = image_messages.to_rgb(of_stamp(overlays, header, process))
        for picture in (sent, overlay):
            assert picture[:, :56].max() < 20  # JPEG blurs its blocks
            assert picture[:, 72:].max() > 40
        for maps in (robot.label_maps_now, robot.label_maps):
            labels = image_messages.to_rgb(of_stamp(maps, header, process))[..., 0]
            assert (labels[:, :64] == 255).all()
            assert (labels[:, 66:] < 4).all()
