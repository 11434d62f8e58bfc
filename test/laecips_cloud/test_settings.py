"""Parameters of the cloud node: what they become, and config/cloud.yaml that shows them."""

from pathlib import Path

import pytest
import yaml
from laecips_cloud.settings import buffer_path, bundle_paths, declare_parameters, mask_options
from laecips_edge.ros.parameters import ParameterError, Parameters
from rcl_interfaces.msg import SetParametersResult
from rclpy.context import Context
from rclpy.node import Node
from rclpy.parameter import Parameter

CONFIG = Path(__file__).parents[2] / "config" / "cloud.yaml"
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
    assert mask_options(parameters) == {}


def test_options_are_split_at_the_first_sign(node: Node, parameters: Parameters) -> None:
    assert _set(node, "mask_options", ["checkpoint=/models/a=b.pth", "device=cpu"]).successful
    assert mask_options(parameters) == {"checkpoint": "/models/a=b.pth", "device": "cpu"}


@pytest.mark.parametrize(
    ("name", "value", "reason"),
    [
        ("mask_options", ["checkpoint"], "'checkpoint' is not NAME=VALUE"),
        ("class_scorer", "onnx", "'onnx' is not known: use one of edge"),
        ("engine", "abacus", "'abacus' is not known"),
        ("max_frames", 0, "max_frames"),
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


def test_the_shipped_file_shows_every_parameter_with_its_default(
    node: Node, parameters: Parameters
) -> None:
    shown = yaml.safe_load(CONFIG.read_text())["/**/cloud"]["ros__parameters"]
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
