"""What `launch` makes of our parts. It needs ROS's launch, which comes from apt alone."""

import os
import shutil
import subprocess
import sys
from collections import namedtuple
from pathlib import Path
from typing import Any

import pytest
import yaml

pytest.importorskip("launch_ros", reason="launch and launch_ros come with ROS from apt alone")

from laecips_edge.launching.installed_files import config_file
from laecips_edge.launching.launch_files import CAMERA, COMMON, launch_description
from laecips_edge.launching.robot_parts import edge_part, robot_part
from laecips_edge.launching.rviz_part import rviz_part
from laecips_edge.ros.dds_transport import NEEDED_BYTES, PROFILES
from launch import LaunchContext, LaunchDescription
from launch.actions import GroupAction, OpaqueFunction
from launch_ros.actions import (
    LifecycleNode,
    PushRosNamespace,
    SetParameter,
    SetParametersFromFile,
    SetRemap,
)

FILES = Path(__file__).resolve().parents[3] / "laecips_edge" / "launch"
Usage = namedtuple("Usage", "total used free")


def run(description: LaunchDescription, **arguments: str) -> list[LifecycleNode]:
    """The nodes that a launch description would start; no process starts."""
    context = LaunchContext()
    context.launch_configurations.update(arguments)
    nodes: list[LifecycleNode] = []

    def visit(entities: Any) -> None:
        for entity in entities or []:
            if isinstance(entity, LifecycleNode):
                entity._perform_substitutions(context)
                nodes.append(entity)
            else:
                visit(entity.visit(context))

    visit(description.entities)
    return nodes


def included(*around: Any, part: Any = edge_part, **arguments: str) -> list[LifecycleNode]:
    """The nodes of our description, in a group after the actions of somebody else."""
    inner = launch_description(part)
    return run(LaunchDescription([GroupAction([*around, inner])]), **arguments)


def parameters(node: LifecycleNode) -> dict[str, dict[str, Any]]:
    """The values of a node's parameter files by section, later ones over earlier ones."""
    found: dict[str, dict[str, Any]] = {}
    for path, is_file in node._Node__expanded_parameter_arguments:
        for section, content in yaml.safe_load(Path(path).read_text()).items() if is_file else ():
            found.setdefault(section, {}).update(content["ros__parameters"])
    return found


def remapped(node: LifecycleNode, name: str) -> str:
    """What ROS makes of a name: the first rule that has it counts."""
    return next((after for before, after in node.expanded_remapping_rules if before == name), name)


@pytest.fixture(autouse=True)
def _room_for_pictures(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(PROFILES, raising=False)
    usage = Usage(NEEDED_BYTES, 0, NEEDED_BYTES)
    monkeypatch.setattr(shutil, "disk_usage", lambda path: usage)


def test_arguments_are_described() -> None:
    declared = launch_description(edge_part, rviz_part).get_launch_arguments()
    names = {"bundle", "engine", "robot", "cloud_service", "rviz"}
    assert {argument.name for argument in declared} == {*COMMON, *CAMERA, *names}
    assert all(argument.description for argument in declared)


def test_a_surrounding_namespace() -> None:
    (node,) = included(PushRosNamespace("fleet"), PushRosNamespace("r1"))
    assert node.node_name == "/fleet/r1/edge"
    (node,) = included(PushRosNamespace("fleet"), namespace="r1")
    assert node.node_name == "/fleet/r1/edge"
    assert "/fleet/r1/edge" in parameters(node)  # a full name, above every pattern
    (node,) = included(PushRosNamespace("fleet"), namespace="/r1")
    assert node.node_name == "/r1/edge"


def test_a_surrounding_remapping_is_above_ours() -> None:
    (node,) = included(SetRemap("image", "/cam/image"), SetRemap("depth", "/cam/depth"))
    assert remapped(node, "image") == "/cam/image"
    assert remapped(node, "depth") == "/cam/depth"
    (node,) = included(SetRemap("segment_hard_frame", "/there"), cloud_service="/here/segment")
    assert remapped(node, "segment_hard_frame") == "/there"
    assert remapped(node, "get_model") == "/here/get_model"


def test_surrounding_parameters(tmp_path: Path) -> None:
    theirs, mine = tmp_path / "theirs.yaml", tmp_path / "mine.yaml"
    theirs.write_text("/**: {ros__parameters: {threads: 3, seed: 3}}")
    mine.write_text("/**/edge: {ros__parameters: {seed: 4, policy: sm}}")
    (node,) = included(
        SetParameter("use_sim_time", True),
        SetParameter("deadline_s", 5.0),
        SetParameter("policy", "spp"),
        SetParametersFromFile(str(theirs)),
        params_file=str(mine),
    )
    found = parameters(node)
    own = found["/edge"]
    assert (own["use_sim_time"], own["deadline_s"], own["policy"]) == (True, 5.0, "sm")
    assert (found["/**"]["threads"], found["/**/edge"]["seed"]) == (3, 4)
    (node,) = included(SetParameter("use_sim_time", True), use_sim_time="False")
    assert parameters(node)["/edge"]["use_sim_time"] is False


def test_other_nodes_keep_their_transport() -> None:
    context = LaunchContext()
    before = dict(context.environment)
    for entity in launch_description(edge_part).entities:
        if not isinstance(entity, OpaqueFunction):
            entity.visit(context)
    assert dict(context.environment) == before


def test_a_bridge_gets_the_small_profile_of_fast_dds_and_the_edge_the_large_one() -> None:
    profiles = {
        node.node_name: {
            key[0].perform(LaunchContext()): value[0].perform(LaunchContext())
            for key, value in node.additional_env
        }
        for node in included(part=robot_part)
    }
    assert profiles == {
        "/edge": {PROFILES: str(config_file("fastdds.xml"))},
        "/bridge": {PROFILES: str(config_file("fastdds_small.xml"))},
    }


def test_nodes_of_a_robot_start_anew_and_say_what_is_wanted() -> None:
    (node,) = included(log_level="debug")
    command = [part[0].perform(LaunchContext()) for part in node.cmd[1:4]]
    assert command == ["--ros-args", "--log-level", "debug"]
    assert (node._ExecuteLocal__respawn, node._ExecuteLocal__respawn_delay) == (True, 2.0)
    (node,) = included(respawn="False")
    assert node._ExecuteLocal__respawn is False


@pytest.mark.parametrize("name", ["edge", "robot"])
@pytest.mark.parametrize("package", ["laecips_edge", "laecips_bringup"])
def test_a_robots_launch_file_needs_neither_cloud_nor_evaluation(package: str, name: str) -> None:
    path = FILES.parents[1] / package / "launch" / f"{name}.launch.py"
    code = (
        "import runpy, sys\n"
        f"runpy.run_path({str(path)!r})['generate_launch_description']()\n"
        "print(*sorted({module.partition('.')[0] for module in sys.modules}))"
    )
    told = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, env=os.environ
    )
    loaded = set(told.stdout.split())
    assert "laecips_edge" in loaded
    assert not loaded & {"laecips_cloud", "laecips_eval", "torch", "rich", "matplotlib"}
