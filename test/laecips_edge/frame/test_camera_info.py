"""Which topic has the calibration of a camera."""

from collections.abc import Iterator

import pytest
from laecips_edge.frame.camera_info import camera_info_topic
from processes import claim_domain
from rclpy.context import Context
from rclpy.node import Node

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def context() -> Iterator[Context]:
    with claim_domain() as domain:
        it = Context()
        it.init(args=[], domain_id=domain)
        yield it
        it.try_shutdown()


def test_it_is_beside_the_images_unless_it_is_remapped(context: Context) -> None:
    node = Node("edge", namespace="/r1", context=context)
    topics = {
        name: camera_info_topic(node, name) for name in ("/r1/image", "/front/image_raw", "/i")
    }
    assert topics == {
        "/r1/image": "/r1/camera_info",
        "/front/image_raw": "/front/camera_info",
        "/i": "/camera_info",
    }
    node.destroy_node()
    remapped = ["--ros-args", "-r", "camera_info:=/calibration"]
    node = Node("edge", namespace="/r1", context=context, cli_args=remapped)
    assert camera_info_topic(node, "/front/image_raw") == "/calibration"
    node.destroy_node()
