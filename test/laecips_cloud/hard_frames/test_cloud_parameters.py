"""Parameters of the cloud node: what they become, and config/cloud.yaml that shows them."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml
from laecips_cloud.fusion.vote import PAPER, Vote
from laecips_cloud.hard_frames.cloud_parameters import (
    buffer_path,
    bundle_paths,
    declare_parameters,
    options,
    vote,
)
from laecips_edge.ros.parameters import ParameterError, Parameters
from rcl_interfaces.msg import SetParametersResult
from rclpy.context import Context
from rclpy.node import Node
from rclpy.parameter import Parameter

CONFIG = Path(__file__).parents[3] / "config" / "cloud.yaml"
EVERY_NODE_HAS = {"use_sim_time", "start_type_description_service"}


@pytest.fixture
def node():
    context = Context()
    context.init(args=[])
    it = Node("settings", context=context, start_parameter_services=False)
    yield it
    it.destroy_node()
    context.try_shutdown()


@pytest.fixture
def parameters(node: Node) -> Parameters:
    it = Parameters(node)
    declare_parameters(it)
    return it


def _set(node: Node, name: str, value: object) -> SetParametersResult:
    return node.set_parameters([Parameter(name, value=value)])[0]


def test_no_bundle_and_no_option_by_default(parameters: Parameters) -> None:
    assert bundle_paths(parameters) == []
    assert options(parameters, "mask_options") == {}
    assert options(parameters, "scorer_options") == {}


@pytest.mark.parametrize("name", ["mask_options", "scorer_options"])
def test_options_are_split_at_the_first_sign(name: str, node: Node, parameters: Parameters) -> None:
    assert _set(node, name, ["model=/models/a=b.onnx", "", "device=cpu"]).successful
    assert options(parameters, name) == {"model": "/models/a=b.onnx", "device": "cpu"}
    other = "mask_options" if name == "scorer_options" else "scorer_options"
    assert options(parameters, other) == {}


def test_the_votes_bounds(node: Node, parameters: Parameters) -> None:
    assert vote(parameters) == Vote()
    for name in ("min_quality", "min_stability"):
        assert _set(node, f"vote.{name}", 0.5).successful
    assert vote(parameters) == Vote(min_quality=0.5, min_stability=0.5)
    paper = {"max_dissent": 1.0, "max_margin": 1.0, "min_quality": 0.0, "min_stability": 0.0}
    for name, value in paper.items():
        assert _set(node, f"vote.{name}", value).successful
    assert vote(parameters) == PAPER


def test_a_scorer_that_is_installed_besides_can_be_named(
    node: Node, parameters: Parameters
) -> None:
    """Whether there is one is seen where it is made."""
    assert _set(node, "class_scorer", "mine").successful


@pytest.mark.parametrize(
    ("name", "value", "reason"),
    [
        ("mask_options", ["checkpoint"], "'checkpoint' is not NAME=VALUE"),
        ("scorer_options", ["model=x", "flip"], "'flip' is not NAME=VALUE"),
        ("vote.max_dissent", 1.5, "vote.max_dissent"),
        ("vote.max_margin", -0.1, "vote.max_margin"),
        ("vote.min_quality", 2.0, "vote.min_quality"),
        ("vote.min_stability", -1.0, "vote.min_stability"),
        ("engine", "abacus", "'abacus' is not known"),
        ("max_frames", 0, "max_frames"),
        ("max_batch", 0, "max_batch"),
        ("max_batch", 65, "max_batch"),
        ("batch_window_ms", -1.0, "batch_window_ms"),
    ],
)
def test_a_value_that_cannot_be(
    name: str, value: object, reason: str, node: Node, parameters: Parameters
) -> None:
    result = _set(node, name, value)
    assert not result.successful
    assert reason in result.reason


def test_the_buffers_folder_is_made(node: Node, parameters: Parameters, tmp_path: Path) -> None:
    path = tmp_path / "new" / "folder" / "replay.sqlite"
    _set(node, "buffer_path", str(path))
    assert buffer_path(parameters) == path
    assert path.parent.is_dir()


def test_a_folder_that_cannot_be_made(node: Node, parameters: Parameters, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    _set(node, "buffer_path", str(tmp_path / "file" / "replay.sqlite"))
    with pytest.raises(ParameterError, match="file cannot be made"):
        buffer_path(parameters)
    _set(node, "buffer_path", "")
    with pytest.raises(ParameterError, match="buffer_path is empty"):
        buffer_path(parameters)


def _flat(values: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, Any]]:
    for name, value in values.items():
        if isinstance(value, Mapping):
            yield from _flat(value, f"{prefix}{name}.")
        else:
            yield f"{prefix}{name}", value


def test_the_shipped_file_shows_every_parameter_with_its_default(
    node: Node, parameters: Parameters
) -> None:
    shown = dict(_flat(yaml.safe_load(CONFIG.read_text())["/**/cloud"]["ros__parameters"]))
    names = set(node.list_parameters([], 0).names) - EVERY_NODE_HAS
    assert shown == {name: node.get_parameter(name).value for name in names}


def test_every_parameter_is_described_and_every_number_has_a_range(
    node: Node, parameters: Parameters
) -> None:
    for name in set(node.list_parameters([], 0).names) - EVERY_NODE_HAS:
        descriptor = node.describe_parameter(name)
        assert descriptor.description.endswith("."), name
        if type(parameters[name]) in (int, float):
            assert descriptor.integer_range or descriptor.floating_point_range, name
