"""The edge node with a bundle that takes depth: pairing, and depth on its way to the cloud."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from edge_robot import Cloud, Request, Response, Robot, of_stamp
from laecips_edge.core.bundle.bundle import Bundle
from laecips_edge.core.findings.finding_archive import read_archive
from laecips_edge.core.image import image_messages
from laecips_edge.core.inference.segmenter import Segmenter
from laecips_edge.core.link import wire
from processes import Peer, RosProcess, until
from sensor_msgs.msg import CameraInfo, Image

from laecips_msgs.msg import Finding, FindingArray, Segmentation

pytestmark = pytest.mark.system

RNG = np.random.default_rng(3)
RGB = RNG.integers(0, 256, (6, 8, 3), np.uint8).repeat(16, axis=0).repeat(16, axis=1)
METRES = RNG.random((96, 128), np.float32) * 5


@pytest.fixture(scope="module")
def depth_bundle(tmp_path_factory: pytest.TempPathFactory) -> Bundle:
    """A real bundle of an RGB-D f with random weights: 96x128, four classes."""
    torch = pytest.importorskip("torch")
    from laecips_cloud.export.bundle_export import export_bundle  # noqa: PLC0415 (not for every session)
    from laecips_cloud.networks import MinerNetwork, RFNet  # noqa: PLC0415

    with torch.random.fork_rng():
        torch.manual_seed(2)
        f, h = RFNet(classes=4, width=0.125, depth=True), MinerNetwork(classes=4, width=0.125)
    return export_bundle(
        f,
        h,
        tmp_path_factory.mktemp("bundles") / "tiny_depth",
        name="tiny depth",
        classes=("belt", "part", "screw", "scratch"),
        palette=((90, 90, 90), (60, 120, 200), (220, 180, 60), (220, 60, 60)),
        input_size=(96, 128),
        modality="rgbd",
        delta=0.5,
        beta=0.1,
        thresholds={"laecips": 0.5},
    )


@pytest.fixture(scope="module")
def findings_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("findings")


@pytest.fixture(scope="module")
def robot(
    domain: int,
    peer: Peer,
    depth_bundle: Bundle,
    findings_folder: Path,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Robot]:
    parameters = {
        "bundle": depth_bundle.path,
        "model_store": tmp_path_factory.mktemp("models"),
        "policy": "cloud",
        "reliability": "reliable",
        "findings.classes": ["scratch"],
        "findings.confirm": 1,
        "findings.measure": True,
        "findings.folder": findings_folder,
    }
    with RosProcess("laecips_edge.edge_node", domain, parameters=parameters) as process:
        robot = Robot(peer, process)
        until(lambda: peer.state(robot.node) == "active", process=process)
        yield robot


@pytest.fixture(scope="module")
def depths(robot: Robot) -> Any:
    """A publisher of depth that the node listens to."""
    publisher = robot.peer.publisher(Image, "/depth")
    until(lambda: publisher.get_subscription_count() > 0, process=robot.process)
    return publisher


def send(robot: Robot, depths: Any) -> Any:
    """A depth image and its picture; the header of both."""
    header = robot.header()
    depth = Image(header=header, height=96, width=128, encoding="32FC1", step=512)
    depth.data = METRES.tobytes()
    depths.publish(depth)
    robot.send_rgb(RGB, header)
    return header


def test_depth_reaches_f_and_the_cloud(
    domain: int, robot: Robot, depths: Any, depth_bundle: Bundle
) -> None:
    with Cloud(domain) as cloud:
        until(
            lambda: robot.answer(send(robot, depths)).source == Segmentation.CLOUD,
            process=robot.process,
        )
        header = send(robot, depths)
        answer = robot.answer(header)
        request = cloud.requests[-1]
    millimetres = np.rint(METRES * 1000).astype(np.uint16)
    assert np.array_equal(wire.decode_depth(bytes(request.depth.data)), millimetres)
    assert answer.bytes_up == len(request.image.data) + len(request.depth.data)
    expected = Segmenter(depth_bundle).predict(RGB, millimetres).label_map
    label_map = image_messages.to_rgb(of_stamp(robot.label_maps_now, header, robot.process))[..., 0]
    assert np.array_equal(label_map, expected)


def with_a_scratch(cloud: Cloud, request: Request) -> Response:
    """The cloud's answer with one scratch of 20x10 pixels."""
    label_map = np.zeros((96, 128), np.uint8)
    label_map[30:40, 50:70] = 3
    response = cloud.good(request)
    response.label_map.data = wire.encode_label_map(label_map)
    return response


def test_a_finding_is_published_measured_and_kept(
    domain: int, robot: Robot, depths: Any, findings_folder: Path
) -> None:
    arrays = robot.peer.subscribe(FindingArray, f"{robot.node}/findings")
    cameras = robot.peer.publisher(CameraInfo, "/camera_info")
    camera = CameraInfo(height=96, width=128, k=[100.0, 0, 64, 0, 100, 48, 0, 0, 1])

    def found() -> Finding | None:
        cameras.publish(camera)
        header = send(robot, depths)
        answer = robot.answer(header)
        if answer.source != Segmentation.CLOUD:
            return None
        array = of_stamp(arrays, header, robot.process)
        assert (array.height, array.width, array.left_out) == (96, 128, 0)
        # Before, the nets of random weights and another cloud have answered.
        mine = [it for it in array.findings if it.area == 200 and it.state != Finding.CLOSED]
        return mine[0] if mine and mine[0].area_mm2 > 0 else None

    with Cloud(domain) as cloud:
        cloud.reply = lambda request: with_a_scratch(cloud, request)
        it = until(found, process=robot.process)
    assert (it.class_name, it.label, it.source) == ("scratch", 3, Segmentation.CLOUD)
    box = (it.box.x_offset, it.box.y_offset, it.box.width, it.box.height)
    assert box == (50, 30, 20, 10)
    assert sorted(zip(it.contour[::2], it.contour[1::2], strict=True)) == [
        (50, 30), (50, 39), (69, 30), (69, 39),
    ]  # fmt: skip
    assert it.confidence == pytest.approx(200 / 255, abs=0.02)
    millimetres = np.rint(METRES[30:40, 50:70] * 1000)
    assert it.distance_mm == pytest.approx(np.median(millimetres))
    assert it.width_mm == pytest.approx(20 * it.distance_mm / 100)
    assert it.area_mm2 == pytest.approx(np.mean(millimetres**2) * 200 / 1e4, rel=1e-4)
    kept = [one for one in read_archive(findings_folder).findings if one.finding.id == it.id]
    assert [one.finding.class_name for one in kept] == ["scratch"]
    assert kept[0].picture is not None


def test_a_finding_is_a_detection_for_other_tools(domain: int, robot: Robot, depths: Any) -> None:
    messages = pytest.importorskip("vision_msgs.msg", reason="vision_msgs is not installed here")
    arrays = robot.peer.subscribe(messages.Detection2DArray, f"{robot.node}/detections")

    def found() -> Any:
        header = send(robot, depths)
        if robot.answer(header).source != Segmentation.CLOUD:
            return None
        detections = of_stamp(arrays, header, robot.process).detections
        return next((it for it in detections if it.bbox.size_x == 20), None)

    with Cloud(domain) as cloud:
        cloud.reply = lambda request: with_a_scratch(cloud, request)
        it = until(found, process=robot.process)
    centre = it.bbox.center.position
    assert (centre.x, centre.y, it.bbox.size_x, it.bbox.size_y) == (60, 35, 20, 10)
    assert int(it.id) > 0
    (result,) = it.results
    assert result.hypothesis.class_id == "scratch"
    assert result.hypothesis.score == pytest.approx(200 / 255, abs=0.02)


def test_a_picture_without_depth_is_told(robot: Robot, depths: Any) -> None:
    robot.send_rgb(RGB)
    until(
        lambda: "ms off the picture, 20 ms are allowed" in robot.health().message,
        process=robot.process,
    )
    assert robot.statuses[-1].rejected > 0
