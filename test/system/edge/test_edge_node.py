"""The edge node as a process: easy, hard and fallback paths, bad input, lifecycle, signals."""

import socket
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest
from diagnostic_msgs.msg import DiagnosticStatus
from edge_robot import BEST_EFFORT, Cloud, Request, Response, Robot, of_stamp
from laecips_edge.core.bundle.bundle import Bundle
from laecips_edge.core.image import image_messages
from laecips_edge.core.inference.segmenter import Segmenter
from laecips_edge.core.link import wire
from processes import Peer, RosProcess, until
from sensor_msgs.msg import CameraInfo, CompressedImage, Image

from laecips_msgs.msg import Segmentation

pytestmark = pytest.mark.system

ALL_EASY, ALL_HARD = 0.0, 1.0
QUICK = {"audit_rate": 0.0, "first_retry_s": 0.1, "longest_retry_s": 0.1, "deadline_s": 20.0}


def picture(height: int = 96, width: int = 128, seed: int = 0) -> np.ndarray:
    rng = np.random.default_rng(seed)
    blocks = rng.integers(0, 256, (height // 16, width // 16, 3), np.uint8)
    return blocks.repeat(16, axis=0).repeat(16, axis=1)


def as_map(message: Image) -> np.ndarray:
    assert message.encoding == "mono8"
    return image_messages.to_rgb(message)[..., 0]


@pytest.fixture(scope="module")
def shared(
    domain: int, peer: Peer, tiny_bundle: Bundle, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Robot]:
    """One node for the tests that leave it as they found it."""
    store = tmp_path_factory.mktemp("models")
    parameters = {"bundle": tiny_bundle.path, "model_store": store, **QUICK}
    with RosProcess("laecips_edge.edge_node", domain, parameters=parameters) as process:
        robot = Robot(peer, process)
        robot.wait_until_active()
        yield robot


@pytest.fixture
def robot(shared: Robot) -> Iterator[Robot]:
    shared.set(delta=ALL_EASY, audit_rate=0.0, max_in_flight=2, deadline_s=20.0)
    yield shared
    assert shared.peer.state(shared.node) == "active"
    segmentations = [str(message.header.stamp) for message in shared.segmentations]
    assert len(set(segmentations)) == len(segmentations), "a frame was answered twice"
    # What the threads of the node survive, but must not meet.
    assert "not answered: " not in shared.process.log()
    assert "not published: " not in shared.process.log()


@pytest.fixture(scope="module")
def shared_cloud(domain: int) -> Iterator[Cloud]:
    with Cloud(domain) as it:
        yield it


@pytest.fixture
def cloud(robot: Robot, shared_cloud: Cloud) -> Iterator[Cloud]:
    """A cloud that answers well, and that the robot trusts; every frame is hard."""
    robot.set(delta=ALL_HARD)
    reached(robot)
    shared_cloud.requests.clear()
    yield shared_cloud
    shared_cloud.reply = shared_cloud.good
    shared_cloud.gate.set()


def reached(robot: Robot) -> None:
    """Send hard frames until the cloud answers one."""
    until(
        lambda: robot.answer(robot.send_rgb(picture())).source == Segmentation.CLOUD,
        process=robot.process,
        what="an answer of the cloud",
    )


def test_an_easy_frame_is_answered_by_f(robot: Robot, tiny_bundle: Bundle) -> None:
    rgb = picture()
    header = robot.send_rgb(rgb)
    answer = robot.answer(header)
    assert (answer.source, answer.reason) == (Segmentation.EDGE, Segmentation.NONE)
    assert not answer.hard
    assert not answer.audit
    assert answer.detail == ""
    assert answer.bundle_version == tiny_bundle.manifest.version
    assert (answer.bytes_up, answer.bytes_down) == (0, 0)
    assert answer.latency_ms > 0
    segmenter = Segmenter(tiny_bundle)
    expected = segmenter.predict(rgb)
    assert answer.confidence == pytest.approx(segmenter.trust(expected.logits), abs=1e-6)
    for messages, pixels in [
        (robot.label_maps, expected.label_map),
        (robot.label_maps_now, expected.label_map),
        (robot.confidence_maps, expected.confidence_map),
    ]:
        assert np.array_equal(as_map(of_stamp(messages, header, robot.process)), pixels)


def test_a_picture_of_another_size_keeps_its_size(robot: Robot) -> None:
    for height, width in [(64, 80), (96, 128), (240, 320)]:
        header = robot.send_rgb(picture(height, width))
        assert robot.answer(header).source == Segmentation.EDGE
        assert as_map(of_stamp(robot.label_maps, header, robot.process)).shape == (height, width)


def test_a_hard_frame_is_answered_by_the_cloud(
    robot: Robot, cloud: Cloud, tiny_bundle: Bundle
) -> None:
    rgb = picture(seed=1)
    header = robot.send_rgb(rgb)
    answer = robot.answer(header)
    (request,) = cloud.requests
    assert (answer.source, answer.reason) == (Segmentation.CLOUD, Segmentation.NONE)
    assert request.header == header
    assert request.image.header == header
    # Nobody has given it a name or a namespace.
    assert (request.why, request.robot) == (Request.HARD, socket.gethostname())
    assert request.confidence == answer.confidence
    assert request.deadline_s == 20.0
    assert request.bundle_version == answer.bundle_version
    assert request.classes_hash == tiny_bundle.manifest.classes_hash
    assert bytes(request.image.data) == image_messages.encode_jpeg(rgb, 90)
    assert answer.bytes_up == len(request.image.data)
    response = cloud.good(request)
    assert answer.bytes_down == len(response.label_map.data) + len(response.confidence_map.data)
    label_map = as_map(of_stamp(robot.label_maps, header, robot.process))
    assert np.array_equal(label_map, np.tile(np.arange(128) % 4, (96, 1)))
    # Confidence travels in 16 levels.
    assert (as_map(of_stamp(robot.confidence_maps, header, robot.process)) == 204).all()
    assert not np.array_equal(
        as_map(of_stamp(robot.label_maps_now, header, robot.process)), label_map
    )


def test_past_the_deadline_f_answers_and_the_late_answer_is_counted(
    robot: Robot, cloud: Cloud
) -> None:
    robot.set(deadline_s=0.2)
    cloud.gate.clear()
    answer = robot.answer(robot.send_rgb(picture()))
    assert (answer.source, answer.reason) == (Segmentation.EDGE_FALLBACK, Segmentation.DEADLINE)
    assert answer.detail == "no answer within 0.2 s"
    assert answer.bytes_up > 0
    cloud.gate.set()

    def late() -> bool:
        values = {pair.key: pair.value for pair in robot.health().values}
        return int(values.get("late_answers", 0)) > 0

    until(late, process=robot.process, what="a late answer in the diagnostics")


def test_as_many_as_allowed_are_on_their_way(robot: Robot, cloud: Cloud) -> None:
    robot.set(max_in_flight=1)
    cloud.gate.clear()
    first = robot.send_rgb(picture())
    until(lambda: cloud.requests, process=robot.process)
    answer = robot.answer(robot.send_rgb(picture()))
    assert (answer.source, answer.reason) == (Segmentation.EDGE_FALLBACK, Segmentation.OVERLOAD)
    assert answer.bytes_up == 0
    cloud.gate.set()
    assert robot.answer(first).source == Segmentation.CLOUD


def truncated(response: Response) -> None:
    response.label_map.data = response.label_map.data[:-8]


def of_another_size(response: Response) -> None:
    response.label_map.data = wire.encode_label_map(np.zeros((95, 128), np.uint8))


def of_unknown_class(response: Response) -> None:
    response.label_map.data = wire.encode_label_map(np.full((96, 128), 4, np.uint8))


def without_confidence(response: Response) -> None:
    response.confidence_map.data = b""


def refusal(response: Response) -> None:
    response.status = Response.UNKNOWN_VERSION
    response.message = "no f of version 7:\nsend scores"


@pytest.mark.parametrize(
    ("spoil", "detail"),
    [
        (truncated, "cloud: label map: broken: truncated"),
        (of_another_size, "cloud: label map: is 95 x 128, must be 96 x 128"),
        (of_unknown_class, "cloud: label map: label 4 of 4 classes"),
        (without_confidence, "cloud: confidence map: no data"),
        (refusal, "cloud: refused (2): no f of version 7: send scores"),
    ],
)
def test_garbage_from_the_cloud_is_told_and_f_answers(
    robot: Robot, cloud: Cloud, spoil: Callable[[Response], None], detail: str
) -> None:
    def reply(request: Request) -> Response:
        response = cloud.good(request)
        spoil(response)
        return response

    cloud.reply = reply
    answer = robot.answer(robot.send_rgb(picture()))
    assert (answer.source, answer.reason) == (Segmentation.EDGE_FALLBACK, Segmentation.OFFLINE)
    assert answer.detail.startswith(detail)
    assert answer.bytes_up > 0
    assert answer.bytes_down > 0 or spoil is refusal


def test_a_cloud_that_keeps_failing_is_left_alone_and_tried_again(
    robot: Robot, cloud: Cloud
) -> None:
    cloud.reply = lambda _: Response(status=Response.UNAVAILABLE, message="disk full")

    def left_alone() -> bool:
        return "failed before" in robot.answer(robot.send_rgb(picture())).detail

    until(left_alone, process=robot.process)
    until(
        lambda: (
            robot.health().message.startswith("the cloud fails: ")
            and "disk full" in robot.health().message
        ),
        process=robot.process,
    )
    assert not robot.statuses[-1].cloud_available
    cloud.reply = cloud.good
    reached(robot)
    assert robot.answer(robot.send_rgb(picture())).source == Segmentation.CLOUD


def test_audits_go_up_and_change_nothing(robot: Robot, cloud: Cloud) -> None:
    robot.set(delta=ALL_EASY, audit_rate=1.0)
    before = robot.settled()
    answer = robot.answer(robot.send_rgb(picture()))
    assert (answer.source, answer.audit, answer.hard) == (Segmentation.EDGE, True, False)
    (request,) = until(lambda: cloud.requests, process=robot.process)
    assert request.why == Request.AUDIT
    after = until(
        lambda: next((s for s in robot.statuses if s.bytes_down > before.bytes_down), None),
        process=robot.process,
    )
    assert (after.sent - before.sent, after.audit - before.audit) == (1, 1)
    assert after.bytes_up - before.bytes_up == len(request.image.data)
    assert after.wanted == before.wanted


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        (image_messages.image_fields(picture(), "rgb8") | {"encoding": "nv99"}, "encoding 'nv99'"),
        (
            image_messages.image_fields(picture(), "rgb8") | {"height": 0, "data": b""},
            "has no pixels",
        ),
        ({"encoding": "rgb8"}, "0 x 0 rgb8 has no pixels"),
        (image_messages.image_fields(picture(), "rgb8") | {"data": b"abc"}, "data has 3 bytes"),
    ],
    ids=["encoding", "zero height", "zero size", "short data"],
)
def test_an_image_that_cannot_be_read_is_told_and_the_next_is_answered(
    robot: Robot, fields: dict[str, Any], reason: str
) -> None:
    rejected = robot.settled().rejected
    header = robot.send(**fields)
    until(lambda: robot.statuses[-1].rejected == rejected + 1, process=robot.process)
    until(
        lambda: reason in robot.health().message,
        process=robot.process,
        what="the reason in the diagnostics",
    )
    assert robot.health().level == DiagnosticStatus.ERROR
    assert robot.answer(robot.send_rgb(picture())).source == Segmentation.EDGE
    assert all(message.header.stamp != header.stamp for message in robot.segmentations)


def test_the_newest_frame_wins_and_everything_adds_up(robot: Robot) -> None:
    before = robot.settled()
    headers = [robot.send_rgb(picture(seed=seed)) for seed in range(40)]
    # Best effort: of so many at once DDS itself may lose some, the last one too.
    robot.settled()
    headers.append(robot.send_rgb(picture()))
    robot.answer(headers[-1])
    after = robot.settled()
    received = after.received - before.received
    answered = after.edge - before.edge
    assert after.superseded > before.superseded
    assert received == answered + after.superseded - before.superseded
    stamps = [h.stamp.sec for h in headers]
    now = [m.header.stamp.sec for m in robot.label_maps_now if m.header.stamp.sec in stamps]
    assert now == sorted(now)
    assert len(now) == answered


@pytest.mark.parametrize("transition", ["activate", "configure", "cleanup"])
def test_a_transition_that_is_not_allowed_fails_and_the_node_works_on(
    robot: Robot, transition: str
) -> None:
    assert not robot.peer.change_state(robot.node, transition)
    assert robot.answer(robot.send_rgb(picture())).source == Segmentation.EDGE
    assert "not allowed while active" in robot.process.log()


def test_reliable_and_best_effort_cameras_are_heard(robot: Robot) -> None:
    other = robot.peer.publisher(Image, robot.topic, BEST_EFFORT)
    sent: list[Image] = []

    def heard() -> bool:
        sent.append(Image(header=robot.header(), **image_messages.image_fields(picture(), "rgb8")))
        other.publish(sent[-1])
        stamps = [message.header.stamp for message in robot.segmentations]
        return any(message.header.stamp in stamps for message in sent)

    until(heard, process=robot.process, what="an answer to a best-effort camera")
    assert robot.answer(robot.send_rgb(picture())).source == Segmentation.EDGE
    robot.peer.node.destroy_publisher(other)
    until(
        lambda: f"subscribing anew to {robot.topic}, reliable" in robot.process.log(),
        process=robot.process,
        what="a reliable subscription",
    )
    assert robot.settled().input_hz > 0
    assert "transport: Fast DDS" in robot.process.log()
    assert "engine onnxruntime on CPUExecutionProvider in fp32" in robot.process.log()


@pytest.mark.parametrize(
    ("name", "value", "reason"),
    [
        ("delta", 1.5, "out of range"),
        ("delta", -0.5, "neither in [0, 1] nor -1"),
        ("audit_rate", -0.1, "out of range"),
        ("jpeg_quality", 0, "out of range"),
        ("max_in_flight", 0, "out of range"),
        ("deadline_s", float("inf"), "out of range"),
        ("bundle", "/elsewhere", "changes only while the node is unconfigured"),
        ("policy", "spp", "changes only while the node is unconfigured"),
        ("autostart", False, "read-only"),
    ],
)
def test_a_parameter_that_must_not_be_is_refused(
    robot: Robot, name: str, value: Any, reason: str
) -> None:
    before = robot.peer.get_parameter(robot.node, name)
    (result,) = robot.peer.set_parameters(robot.node, {name: value})
    assert not result.successful
    assert reason in result.reason
    assert robot.peer.get_parameter(robot.node, name) == before


def test_pictures_go_to_whoever_listens(robot: Robot, tiny_bundle: Bundle) -> None:
    raw = robot.peer.subscribe(Image, f"{robot.node}/overlay")
    compressed = robot.peer.subscribe(CompressedImage, f"{robot.node}/overlay/compressed")
    coloured = robot.peer.subscribe(Image, f"{robot.node}/label_map_color")
    sure = robot.peer.subscribe(Image, f"{robot.node}/confidence_map_now")

    def painted() -> bool:
        robot.answer(robot.send_rgb(picture()))
        return bool(raw and compressed and coloured and sure)

    until(painted, process=robot.process)
    assert (raw[-1].height, raw[-1].width, raw[-1].encoding) == (96, 128, "rgb8")
    decoded = image_messages.decode_compressed(compressed[-1].data, compressed[-1].format)
    assert decoded.shape == (96, 128, 3)
    header = robot.send_rgb(picture())
    labels = as_map(of_stamp(robot.label_maps, header, robot.process))
    colours = image_messages.to_rgb(of_stamp(coloured, header, robot.process))
    assert np.array_equal(colours, np.array(tiny_bundle.manifest.palette)[labels])
    now = as_map(of_stamp(sure, header, robot.process))
    assert np.array_equal(now, as_map(of_stamp(robot.confidence_maps, header, robot.process)))


def test_the_cameras_calibration_goes_along_once_it_is_heard(robot: Robot) -> None:
    beside = robot.peer.subscribe(CameraInfo, f"{robot.node}/camera_info")
    robot.answer(robot.send_rgb(picture()))
    assert not beside
    own = CameraInfo(height=96, width=128, k=[90.0, 0, 63.5, 0, 90, 47.5, 0, 0, 1])
    camera = robot.peer.publisher(CameraInfo, "/camera_info", BEST_EFFORT)

    def told() -> bool:
        camera.publish(own)
        robot.answer(robot.send_rgb(picture()))
        return bool(beside)

    until(told, process=robot.process)
    info = of_stamp(beside, robot.send_rgb(picture()), robot.process)
    assert (info.height, info.width, list(info.k)) == (96, 128, list(own.k))


def test_deactivated_and_activated_again_it_counts_from_zero(robot: Robot, cloud: Cloud) -> None:
    cloud.gate.clear()
    header = robot.send_rgb(picture())
    until(lambda: cloud.requests, process=robot.process)
    assert robot.peer.change_state(robot.node, "deactivate")
    answer = robot.answer(header)
    assert (answer.source, answer.reason) == (Segmentation.EDGE_FALLBACK, Segmentation.OFFLINE)
    assert answer.detail == "the robot is stopping"
    last = until(lambda: robot.statuses[-1] if robot.statuses[-1].state != "active" else None)
    assert last.pending == 0
    assert robot.peer.change_state(robot.node, "cleanup")
    assert robot.peer.change_state(robot.node, "configure")
    assert robot.peer.change_state(robot.node, "activate")
    cloud.gate.set()
    robot.segmentations.clear()
    robot.wait_until_active()
    assert robot.settled().received < last.received
    reached(robot)
