"""Launch files say what the graph says. They need ROS's launch, which is not on PyPI."""

import importlib.util
import os
from pathlib import Path
from typing import Any

import pytest
from ament_index_python.packages import get_package_prefix
from laecips_bringup.graph import graph
from laecips_bringup.graph.installed_files import rviz_layout, shipped_bundle
from laecips_eval.shipped_models import shipped_teacher

FILES = Path(__file__).resolve().parents[3] / "laecips_bringup" / "launch"
HAS_LAUNCH = bool(importlib.util.find_spec("launch") and importlib.util.find_spec("launch_ros"))
needs_launch = pytest.mark.skipif(
    not HAS_LAUNCH, reason="launch and launch_ros are not installed (they come with ROS from apt)"
)
COMMON = {"namespace", "bundle", "params_file", "use_sim_time", "autostart"}
CAMERA = {"image_topic", "image_transport", "rviz"}
CLOUD = {"teacher"}
TRAINER = {"source"}


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
        ("laecips.launch.py", COMMON | CAMERA | CLOUD | TRAINER | {"trainer"}),
        ("trainer.launch.py", COMMON | TRAINER),
        ("edge.launch.py", COMMON | CAMERA),
        ("robot.launch.py", COMMON | CAMERA | {"cloud", "certificates"}),
        (
            "datacentre.launch.py",
            COMMON | CLOUD | TRAINER | {"trainer", "listen", "certificates"},
        ),
        ("cloud.launch.py", COMMON | CLOUD),
    ],
)
def test_arguments_are_described(name: str, arguments: set[str]) -> None:
    declared = description(name).get_launch_arguments()
    assert {argument.name for argument in declared} == arguments
    assert all(argument.description for argument in declared)


def started(name: str, **arguments: str) -> list[Any]:
    """The actions that a launch file starts with these arguments."""
    from launch import LaunchContext  # noqa: PLC0415 - only where it is installed
    from launch.actions import DeclareLaunchArgument, OpaqueFunction  # noqa: PLC0415

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
    return found


@pytest.fixture
def rviz(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An install space that claims to have RViz."""
    index = tmp_path / "share/ament_index/resource_index/packages"
    index.mkdir(parents=True)
    (index / "rviz2").touch()
    monkeypatch.setenv("AMENT_PREFIX_PATH", f"{tmp_path}:{os.environ['AMENT_PREFIX_PATH']}")


@needs_launch
@pytest.mark.usefixtures("rviz")
def test_a_launch_file_starts_the_nodes_of_the_graph() -> None:
    names = {"namespace": "robot", "image_topic": "/camera/image"}
    edge, cloud, rviz2 = started("laecips.launch.py", rviz="true", **names)
    bundle = str(shipped_bundle())
    specs = [graph.edge(bundle=bundle, **names), graph.cloud(namespace="robot", bundle=bundle)]
    for action, spec in zip((edge, cloud), specs, strict=True):
        assert action.node_name == spec.full_name
        assert (action.node_package, action.node_executable) == (spec.package, spec.executable)
        assert dict(action.expanded_remapping_rules or []) == dict(spec.remappings)
    assert rviz2.node_package == "rviz2"
    assert dict(rviz2.expanded_remapping_rules) == dict(specs[0].remappings)


@needs_launch
def test_a_trainer_is_started_where_it_is_wanted() -> None:
    *_, trainer = started("laecips.launch.py", trainer="true", namespace="robot", source="/frames")
    spec = graph.trainer(namespace="robot", source="/frames")
    assert trainer.node_name == spec.full_name == "/robot/trainer"
    assert (trainer.node_package, trainer.node_executable) == (spec.package, spec.executable)
    assert len(started("laecips.launch.py")) == 2


@needs_launch
def test_a_robot_and_a_data_centre() -> None:
    edge, bridge = started("robot.launch.py", namespace="r1", cloud="host:1", certificates="/c")
    assert (edge.node_name, bridge.node_name) == ("/r1/edge", "/r1/bridge")
    files = [str(file) for file, is_file in edge._Node__expanded_parameter_arguments if is_file]
    assert any(file.endswith("robot.yaml") for file in files)
    gateway, cloud, trainer = started("datacentre.launch.py", trainer="true", certificates="/c")
    names = [action.node_name for action in (gateway, cloud, trainer)]
    assert names == ["/gateway", "/cloud", "/trainer"]


@needs_launch
@pytest.mark.parametrize(
    ("arguments", "asked"),
    [
        ({}, True),
        ({"teacher": "none"}, False),
        ({"bundle": "/another/bundle"}, False),
        ({"bundle": ""}, False),
        ({"bundle": "", "teacher": str(shipped_teacher())}, True),
    ],
)
def test_a_launch_file_asks_the_teacher_that_goes_with_the_bundle(
    arguments: dict[str, str], asked: bool
) -> None:
    (cloud,) = started("cloud.launch.py", **arguments)
    files = [file for file, is_file in cloud._Node__expanded_parameter_arguments if is_file]
    given = "".join(Path(file).read_text(encoding="utf-8") for file in files)
    assert (f"model={shipped_teacher().resolve()}" in given) is asked


@needs_launch
def test_a_teacher_that_is_not_there_stops_the_launch_file() -> None:
    with pytest.raises(FileNotFoundError, match="teacher /nowhere: not there; give a folder"):
        started("cloud.launch.py", teacher="/nowhere")


@needs_launch
def test_without_rviz_nothing_is_started(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AMENT_PREFIX_PATH", get_package_prefix("laecips_bringup"))
    assert len(started("edge.launch.py")) == 1
    with pytest.raises(RuntimeError, match="rviz2 is not installed: install it, or leave out"):
        started("edge.launch.py", rviz="true")


def test_rviz_shows_camera_overlay_and_label_map_of_the_edge() -> None:
    layout = rviz_layout().read_text(encoding="utf-8")
    for topic in ("image", "edge/overlay", "edge/label_map"):
        assert f"        Value: {topic}\n" in layout
