"""Launch files say what the graph says. They need ROS's launch, which is not on PyPI."""

import importlib.util
from pathlib import Path
from typing import Any

import pytest
from laecips_bringup.shares import rviz_layout, shipped_bundle

from laecips_bringup import graph

FILES = Path(__file__).resolve().parents[2] / "laecips_bringup" / "launch"
HAS_LAUNCH = bool(importlib.util.find_spec("launch") and importlib.util.find_spec("launch_ros"))
needs_launch = pytest.mark.skipif(
    not HAS_LAUNCH, reason="launch and launch_ros are not installed (they come with ROS from apt)"
)
COMMON = {"namespace", "bundle", "params_file", "use_sim_time", "autostart"}
CAMERA = {"image_topic", "image_transport", "rviz"}


def description(name: str) -> Any:
    """The launch description of one of our files."""
    specification = importlib.util.spec_from_file_location("launch_file", FILES / name)
    assert specification is not None
    assert specification.loader is not None
    module = importlib.util.module_from_spec(specification)
    specification.loader.exec_module(module)
    return module.generate_launch_description()


@needs_launch
@pytest.mark.parametrize(
    ("name", "arguments"),
    [
        ("laecips.launch.py", COMMON | CAMERA),
        ("edge.launch.py", COMMON | CAMERA),
        ("cloud.launch.py", COMMON),
    ],
)
def test_arguments_are_described(name: str, arguments: set[str]) -> None:
    declared = description(name).get_launch_arguments()
    assert {argument.name for argument in declared} == arguments
    assert all(argument.description for argument in declared)


@needs_launch
def test_a_launch_file_starts_the_nodes_of_the_graph() -> None:
    from launch import LaunchContext  # noqa: PLC0415 - only where it is installed
    from launch.actions import DeclareLaunchArgument, OpaqueFunction  # noqa: PLC0415

    context = LaunchContext()
    context.launch_configurations.update(
        {"namespace": "robot", "image_topic": "/camera/image", "rviz": "true"}
    )
    started: list[Any] = []
    for entity in description("laecips.launch.py").entities:
        if isinstance(entity, DeclareLaunchArgument):
            entity.execute(context)
        elif isinstance(entity, OpaqueFunction):
            started += entity.execute(context) or []
    specs = [
        graph.edge(namespace="robot", image_topic="/camera/image", bundle=str(shipped_bundle())),
        graph.cloud(namespace="robot", bundle=str(shipped_bundle())),
    ]
    for action, spec in zip(started, specs, strict=False):
        action._perform_substitutions(context)
        assert action.node_name == spec.full_name
        assert action.node_package == spec.package
        assert action.node_executable == spec.executable
        assert dict(action.expanded_remapping_rules or []) == dict(spec.remappings)
    assert [action.node_package for action in started] == ["laecips_edge", "laecips_cloud", "rviz2"]


def test_rviz_shows_camera_overlay_and_label_map_of_the_edge() -> None:
    layout = rviz_layout().read_text(encoding="utf-8")
    for topic in ("image", "edge/overlay", "edge/label_map"):
        assert f"        Value: {topic}\n" in layout
