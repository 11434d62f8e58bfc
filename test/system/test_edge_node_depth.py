"""The edge node with a bundle that takes depth: pairing, and depth on its way to the cloud."""

from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
from edge_robot import Cloud, Robot, of_stamp
from laecips_edge.core.bundle.bundle import Bundle
from laecips_edge.core.image import image_messages
from laecips_edge.core.inference.segmenter import Segmenter
from laecips_edge.core.link import wire
from processes import Peer, RosProcess, until
from sensor_msgs.msg import Image

from laecips_msgs.msg import Segmentation

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
def robot(
    domain: int, peer: Peer, depth_bundle: Bundle, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Robot]:
    parameters = {
        "bundle": depth_bundle.path,
        "model_store": tmp_path_factory.mktemp("models"),
        "policy": "cloud",
        "reliability": "reliable",
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


def test_a_picture_without_depth_is_told(robot: Robot, depths: Any) -> None:
    robot.send_rgb(RGB)
    until(
        lambda: "ms off the picture, 20 ms are allowed" in robot.health().message,
        process=robot.process,
    )
    assert robot.statuses[-1].rejected > 0
