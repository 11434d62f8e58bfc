"""Launch files say what the graph says. They need ROS's launch, which comes from apt alone."""

import importlib.util
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("launch_ros", reason="launch and launch_ros come with ROS from apt alone")

from launch import LaunchContext
from launch.actions import DeclareLaunchArgument, OpaqueFunction

FILES = Path(__file__).resolve().parents[3] / "laecips_bringup" / "launch"
COMMON = {
    *("namespace", "params_file", "use_sim_time", "autostart"),
    *("respawn", "respawn_delay", "log_level"),
}
PAIR = {"bundle", "engine"}
CAMERA = {"image_topic", "image_transport", "cameras"}
EDGE = PAIR | CAMERA | {"robot", "rviz"}


def description(name: str) -> Any:
    """The launch description of one of our files."""
    specification = importlib.util.spec_from_file_location("launch_file", FILES / name)
    assert specification is not None
    assert specification.loader is not None
    module = importlib.util.module_from_spec(specification)
    specification.loader.exec_module(module)
    return module.generate_launch_description()


@pytest.mark.parametrize(
    ("name", "arguments"),
    [
        (
            "laecips.launch.py",
            EDGE | {"cloud_service", "teacher", "source", "signing_key", "trainer"},
        ),
        ("trainer.launch.py", PAIR | {"source", "signing_key"}),
        ("edge.launch.py", EDGE | {"cloud_service"}),
        ("robot.launch.py", EDGE | {"cloud", "certificates"}),
        (
            "fleet.launch.py",
            PAIR
            | CAMERA
            | {"robots", "cloud_service", "teacher", "source", "signing_key", "trainer"},
        ),
        (
            "datacentre.launch.py",
            PAIR | {"teacher", "source", "signing_key", "trainer", "listen", "certificates"},
        ),
        ("cloud.launch.py", PAIR | {"teacher", "source", "signing_key", "trainer"}),
    ],
)
def test_arguments(name: str, arguments: set[str]) -> None:
    declared = description(name).get_launch_arguments()
    assert {argument.name for argument in declared} == arguments | COMMON


def started(name: str, **arguments: str) -> list[str]:
    """The full names of the nodes that a launch file starts with these arguments."""
    context = LaunchContext()
    context.launch_configurations.update(arguments)
    found: list[Any] = []
    for entity in description(name).entities:
        if isinstance(entity, DeclareLaunchArgument):
            entity.execute(context)
        elif isinstance(entity, OpaqueFunction):
            found += entity.execute(context) or []
    for action in found:
        action._perform_substitutions(context)
    return [action.node_name for action in found]


@pytest.mark.parametrize(
    ("name", "arguments", "nodes"),
    [
        ("edge.launch.py", {"namespace": "r1"}, ["/r1/edge"]),
        ("robot.launch.py", {"namespace": "r1"}, ["/r1/edge", "/r1/bridge"]),
        ("cloud.launch.py", {}, ["/cloud"]),
        ("cloud.launch.py", {"trainer": "true"}, ["/cloud", "/trainer"]),
        ("trainer.launch.py", {}, ["/trainer"]),
        ("laecips.launch.py", {}, ["/edge", "/cloud"]),
        ("laecips.launch.py", {"trainer": "True"}, ["/edge", "/cloud", "/trainer"]),
        ("datacentre.launch.py", {"trainer": "true"}, ["/gateway", "/cloud", "/trainer"]),
        (
            "fleet.launch.py",
            {"robots": "r1,r2", "namespace": "plant"},
            ["/plant/r1/edge", "/plant/r2/edge", "/plant/cloud"],
        ),
    ],
)
def test_nodes(name: str, arguments: dict[str, str], nodes: list[str]) -> None:
    assert started(name, **arguments) == nodes
