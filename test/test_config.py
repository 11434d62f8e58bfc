"""The shipped parameter files: each shows every setting of its node, with its default."""

import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
import yaml
from laecips_cloud.cloud_node import CloudNode
from laecips_cloud.gateway.gateway_settings import GatewaySettings
from laecips_cloud.gateway_node import GatewayNode
from laecips_cloud.hard_frames.cloud_settings import CloudSettings
from laecips_cloud.trainer.trainer_settings import TrainerSettings
from laecips_cloud.trainer_node import TrainerNode
from laecips_edge.bridge.bridge_node import BridgeNode
from laecips_edge.bridge.bridge_settings import BridgeSettings
from laecips_edge.core.frame.edge_settings import EdgeSettings
from laecips_edge.core.parameter_file import flat
from laecips_edge.core.settings import Settings
from laecips_edge.edge_node import EdgeNode
from laecips_edge.ros.lifecycle import ManagedNode, ManagedNodeSettings
from laecips_eval.player.player_settings import PlayerSettings
from processes import claim_domain
from rclpy.context import Context

CONFIG = Path(__file__).resolve().parents[1] / "config"
SETTINGS: dict[str, tuple[type[Settings], ...]] = {
    "edge": (EdgeSettings, ManagedNodeSettings),
    "cloud": (CloudSettings, ManagedNodeSettings),
    "trainer": (TrainerSettings, ManagedNodeSettings),
    "player": (PlayerSettings,),
    "bridge": (BridgeSettings, ManagedNodeSettings),
    "gateway": (GatewaySettings, ManagedNodeSettings),
}
NODES: dict[str, type[ManagedNode]] = {
    "edge": EdgeNode,
    "cloud": CloudNode,
    "trainer": TrainerNode,
    "bridge": BridgeNode,
    "gateway": GatewayNode,
}
ROS_OWN = {"use_sim_time", "start_type_description_service"}


def shown(name: str) -> dict[str, Any]:
    """What a file says to its node, by the names that ROS has."""
    ((section, content),) = yaml.safe_load((CONFIG / f"{name}.yaml").read_text()).items()
    assert section == f"/**/{name}"
    assert list(content) == ["ros__parameters"]
    return dict(flat(content["ros__parameters"]))


def typed(values: Mapping[str, Any]) -> dict[str, tuple[type, Any]]:
    """With the types: to ROS 1 is no 1.0."""
    return {name: (type(value), value) for name, value in values.items()}


@pytest.fixture
def make_node() -> Iterator[Callable[..., ManagedNode]]:
    """`make_node(name, *ros_arguments)`: a node that is not spun."""
    with ExitStack() as stack, claim_domain() as domain:

        def make(name: str, *arguments: str) -> ManagedNode:
            context = Context()
            context.init(args=["--ros-args", *arguments], domain_id=domain)
            stack.callback(context.try_shutdown)
            node = NODES[name](context=context)
            stack.callback(node.destroy_node)
            stack.callback(node.close)
            return node

        yield make


@pytest.mark.parametrize("name", SETTINGS)
def test_a_file_shows_every_setting_with_its_default_and_no_other(name: str) -> None:
    defaults: dict[str, Any] = {}
    for settings in SETTINGS[name]:
        defaults |= settings().as_parameters()
    assert typed(shown(name)) == typed(defaults)


@pytest.mark.parametrize("name", NODES)
def test_a_node_has_what_its_file_shows(make_node: Callable[..., ManagedNode], name: str) -> None:
    node = make_node(name)
    names = set(node.list_parameters([], 0).names) - ROS_OWN
    assert typed({each: node.parameters[each] for each in names}) == typed(shown(name))


@pytest.mark.parametrize("name", SETTINGS)
def test_every_setting_is_described(name: str) -> None:
    for settings in SETTINGS[name]:
        for setting_name, setting in settings.declared().items():
            assert re.fullmatch(r"[A-Za-z].+\.", setting.description), setting_name


@pytest.mark.parametrize(
    ("name", "before", "after"),
    [
        ("edge", "jpeg_quality: 90", "jpeg_quality: 71"),
        ("cloud", "max_dissent: 0.5", "max_dissent: 0.25"),
        ("trainer", "batch: 2", "batch: 4"),
    ],
)
@pytest.mark.parametrize("namespace", ["/", "/fleet/walker"])
def test_ros_takes_the_shipped_file(
    make_node: Callable[..., ManagedNode],
    namespace: str,
    name: str,
    before: str,
    after: str,
    tmp_path: Path,
) -> None:
    changed = tmp_path / "mine.yaml"
    text = (CONFIG / f"{name}.yaml").read_text()
    assert before in text
    changed.write_text(text.replace(before, after, 1))
    node = make_node(name, "--params-file", str(changed), "-r", f"__ns:={namespace}")
    node.parameters.require_valid()
    settings = SETTINGS[name][0]
    differs = {
        each: value
        for each, value in node.parameters.read(settings).as_parameters().items()
        if value != settings().as_parameters()[each]
    }
    ((changed_name, value),) = differs.items()
    assert after == f"{changed_name.rpartition('.')[2]}: {value}"
