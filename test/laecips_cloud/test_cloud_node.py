"""The cloud node in this process: what only looking inside can show."""

import gc
import weakref
from collections.abc import Iterator
from pathlib import Path

import pytest
from laecips_cloud.cloud_node import CloudNode
from laecips_edge.core.bundle import Bundle
from rclpy.context import Context
from rclpy.lifecycle import TransitionCallbackReturn
from rclpy.parameter import Parameter

SUCCESS = TransitionCallbackReturn.SUCCESS


@pytest.fixture
def node(tiny_bundle: Bundle, buffer_path: Path) -> Iterator[CloudNode]:
    context = Context()
    context.init(args=[])
    values = {"bundles": [str(tiny_bundle.path)], "buffer_path": str(buffer_path)}
    it = CloudNode(
        context=context,
        parameter_overrides=[Parameter(name, value=value) for name, value in values.items()],
    )
    yield it
    it.close()
    it.destroy_node()
    context.try_shutdown()


def test_cleanup_lets_go_of_networks_and_of_the_buffers_file(
    node: CloudNode, buffer_path: Path
) -> None:
    for _ in range(2):
        assert node.trigger_configure() == SUCCESS
        held = [weakref.ref(node._shelf), weakref.ref(node._buffer), weakref.ref(node._desk)]
        held.append(weakref.ref(node._shelf.find(1)))
        assert buffer_path.with_name("replay.sqlite-wal").exists()
        assert node.trigger_activate() == SUCCESS
        assert node.trigger_deactivate() == SUCCESS
        assert node.trigger_cleanup() == SUCCESS
        gc.collect()
        assert [reference() for reference in held] == [None] * 4
        assert not buffer_path.with_name("replay.sqlite-wal").exists()


def test_a_failed_configure_leaves_nothing_open(node: CloudNode, buffer_path: Path) -> None:
    node.set_parameters([Parameter("mask_generator", value="sam")])
    assert node.trigger_configure() == TransitionCallbackReturn.FAILURE
    assert node._shelf is node._buffer is node._desk is node._service is None
    assert "mask generator sam needs weights" in node.failure
    assert not buffer_path.exists()
