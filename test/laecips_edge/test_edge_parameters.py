from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
import yaml
from laecips_edge.edge_node import EdgeNode
from processes import claim_domain
from rclpy.context import Context

CONFIG = Path(__file__).resolve().parents[2] / "config" / "edge.yaml"
ROS_OWN = {"use_sim_time", "start_type_description_service"}


@pytest.fixture
def make_node() -> Iterator[Callable[..., EdgeNode]]:
    """`make_node(*ros_arguments)`: an edge node that is not spun."""
    with ExitStack() as stack, claim_domain() as domain:

        def make(*arguments: str) -> EdgeNode:
            context = Context()
            context.init(args=["--ros-args", *arguments], domain_id=domain)
            stack.callback(context.try_shutdown)
            node = EdgeNode(context=context)
            stack.callback(node.destroy_node)
            stack.callback(node.close)
            return node

        yield make


def values(node: EdgeNode) -> dict[str, object]:
    names = [name for name in node._parameters if name not in ROS_OWN]
    return {name: node.parameters[name] for name in names}


def test_the_shipped_file_shows_every_parameter_with_its_default(
    make_node: Callable[..., EdgeNode],
) -> None:
    defaults = values(make_node())
    content = yaml.safe_load(CONFIG.read_text())
    assert content == {"/**/edge": {"ros__parameters": defaults}}


@pytest.mark.parametrize("namespace", ["/", "/fleet/walker"])
def test_ros_takes_the_shipped_file(
    make_node: Callable[..., EdgeNode], namespace: str, tmp_path: Path
) -> None:
    changed = tmp_path / "edge.yaml"
    changed.write_text(CONFIG.read_text().replace("jpeg_quality: 90", "jpeg_quality: 71"))
    node = make_node("--params-file", str(changed), "-r", f"__ns:={namespace}")
    node.parameters.require_valid()
    assert node.parameters["jpeg_quality"] == 71


def test_every_parameter_is_described_and_every_number_has_a_range(
    make_node: Callable[..., EdgeNode],
) -> None:
    node = make_node()
    for name, value in values(node).items():
        descriptor = node.describe_parameter(name)
        assert descriptor.description.endswith("."), name
        if type(value) in (int, float):
            assert descriptor.integer_range or descriptor.floating_point_range, name
