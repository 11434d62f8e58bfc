"""The cloud node in this process: what only looking inside can show."""

import gc
import weakref
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from laecips_cloud.class_scorers.blend import BlendScorer
from laecips_cloud.cloud_node import DAY_NS, CloudNode
from laecips_cloud.fusion.vote import Vote
from laecips_cloud.replay_buffer.buffer import ReplayBuffer
from laecips_cloud.replay_buffer.replay_frame import ReplayFrame
from laecips_edge.core.bundle.bundle import Bundle
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
        service = node._service
        parts = (service.models, service.buffer, service.models.find(1))
        held = [weakref.ref(part) for part in (service, *parts, service.inference._class_scorer)]
        del service, parts
        assert buffer_path.with_name("replay.sqlite-wal").exists()
        assert node.trigger_activate() == SUCCESS
        assert node.trigger_deactivate() == SUCCESS
        assert node.trigger_cleanup() == SUCCESS
        gc.collect()
        assert [reference() for reference in held] == [None] * 5
        assert not buffer_path.with_name("replay.sqlite-wal").exists()


def test_a_failed_configure_leaves_nothing_open(node: CloudNode, buffer_path: Path) -> None:
    node.set_parameters([Parameter("mask_generator", value="sam")])
    assert node.trigger_configure() == TransitionCallbackReturn.FAILURE
    assert node._server is node._service is None
    assert "mask generator sam needs weights" in node.failure
    assert not buffer_path.exists()


TABLE = """
outputs: [r, g, b]
classes: {belt: [r], part: [g, b], screw: [], scratch: [], unknown: []}
"""


def test_parameters_make_the_scorer_and_the_vote(
    node: CloudNode, save_network: Callable[..., Path]
) -> None:
    model = save_network(table=TABLE)
    for name, value in (
        ("class_scorer", "blend"),
        ("scorer_options", [f"model={model}", "cloud_weight=0.25"]),
        ("vote.max_dissent", 0.125),
        ("mask_generator", "none"),
    ):
        assert node.set_parameters([Parameter(name, value=value)])[0].successful
    assert node.trigger_configure() == SUCCESS
    inference = node._service.inference
    assert isinstance(inference._class_scorer, BlendScorer)
    assert inference._vote == Vote(max_dissent=0.125)


@pytest.mark.parametrize(
    ("scorer", "table", "message"),
    [
        pytest.param("onnx", None, "class scorer onnx needs a network", id="no model"),
        pytest.param("onxx", None, "class scorer 'onxx' is not known: take one of", id="no scorer"),
        pytest.param(
            "onnx",
            TABLE.replace("screw", "nut"),
            "network.yaml: classes has nut; it may have belt, part, screw, scratch, unknown",
            id="another bundle's classes",
        ),
        pytest.param("blend", TABLE, "network.onnx has no fitted weight", id="no weight"),
    ],
)
def test_a_scorer_that_cannot_be_made(
    scorer: str,
    table: str | None,
    message: str,
    node: CloudNode,
    buffer_path: Path,
    save_network: Callable[..., Path],
) -> None:
    options = [""] if table is None else [f"model={save_network(table=table)}"]
    node.set_parameters([Parameter("class_scorer", value=scorer)])
    node.set_parameters([Parameter("scorer_options", value=options)])
    assert node.trigger_configure() == TransitionCallbackReturn.FAILURE
    assert node._server is node._service is None
    assert message in node.failure
    assert not buffer_path.exists()
    node.set_parameters([Parameter("class_scorer", value="edge")])
    node.set_parameters([Parameter("scorer_options", value=[""])])
    assert node.trigger_configure() == SUCCESS


@pytest.mark.parametrize(
    ("scorer", "asked", "batch", "at_a_time"),
    [("edge", 8, 1, 1), ("onnx", 1, 1, 1), ("onnx", 8, 8, 16)],
)
def test_parts_that_take_several_pictures_get_several(
    scorer: str,
    asked: int,
    batch: int,
    at_a_time: int,
    node: CloudNode,
    save_network: Callable[..., Path],
) -> None:
    options = [f"model={save_network(table=TABLE)}"] if scorer == "onnx" else [""]
    for name, value in (
        ("class_scorer", scorer),
        ("scorer_options", options),
        ("max_batch", asked),
    ):
        assert node.set_parameters([Parameter(name, value=value)])[0].successful
    assert node.trigger_configure() == SUCCESS
    assert node._service.inference.max_batch == batch
    assert node._requests.running.most == at_a_time


@pytest.mark.parametrize(("days", "left"), [(0.0, 3), (10.0, 2), (0.5, 1)])
def test_frames_that_are_too_old_leave(
    days: float, left: int, node: CloudNode, buffer_path: Path, tiny_bundle: Bundle
) -> None:
    buffer = ReplayBuffer(buffer_path, classes=tiny_bundle.manifest.classes)
    now_ns = node.get_clock().now().nanoseconds
    for age in (100, 1, 0):
        buffer.append(
            ReplayFrame(
                request_id=f"robot/{age}",
                robot="robot",
                stamp_ns=1,
                received_ns=now_ns - age * DAY_NS,
                bundle_version=1,
                why="hard",
                trust=0.5,
                picture=b"p",
                depth=b"",
                label_map=b"l",
                confidence_map=b"c",
            )
        )
    node.set_parameters([Parameter("retention_days", value=days)])
    assert node.trigger_configure() == SUCCESS
    assert buffer.totals()[0] == left
    buffer.close()
