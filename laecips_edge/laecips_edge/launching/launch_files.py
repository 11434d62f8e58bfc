"""Launch descriptions of parts: launch files only name the parts that they start."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Final

from launch import LaunchContext, LaunchDescription
from launch.action import Action
from launch.actions import DeclareLaunchArgument, OpaqueFunction
from launch.substitutions import LaunchConfiguration
from launch_ros.actions import LifecycleNode, Node

from laecips_edge.launching.arguments import (
    ARGUMENTS,
    Values,
    log_arguments,
    respawn_delay,
    shared_of,
)
from laecips_edge.launching.node_spec import Layer, NodeSpec, Shared
from laecips_edge.launching.robot_parts import edge_part, robot_part
from laecips_edge.launching.rviz_part import rviz_part
from laecips_edge.launching.transport import PICTURES, SMALL, transport_environment

Part = Callable[[Values, Shared], list[NodeSpec]]

COMMON: Final = (
    *("namespace", "params_file", "use_sim_time", "autostart"),
    *("respawn", "respawn_delay", "log_level"),
)
CAMERA: Final = ("image_topic", "image_transport", "cameras")
_EDGE: Final = ("bundle", "engine", "robot", *CAMERA)

PARTS: Final[dict[Part, tuple[str, ...]]] = {
    edge_part: (*_EDGE, "cloud_service"),
    robot_part: (*_EDGE, "cloud", "certificates"),
    rviz_part: (*CAMERA, "rviz"),
}
"""The parts of a robot, with the names of their arguments beside `COMMON`."""


def launch_description(
    *parts: Part, of: Mapping[Part, tuple[str, ...]] = PARTS
) -> LaunchDescription:
    """Return the launch description that starts these parts.

    Args:
        *parts: functions from arguments to nodes; the description declares their arguments too.
        of: the names of each part's arguments.
    """
    names = {*COMMON, *(name for part in parts for name in of[part])}
    return LaunchDescription(
        [
            *(
                DeclareLaunchArgument(
                    each.name,
                    default_value=each.default,
                    choices=list(each.choices) or None,
                    description=each.description,
                )
                for each in ARGUMENTS
                if each.name in names
            ),
            OpaqueFunction(function=_start, args=[parts, sorted(names)]),
        ]
    )


def node_action(spec: NodeSpec, values: Values, environment: Mapping[str, str]) -> Action:
    """Return the launch action of a node.

    Args:
        spec: the node.
        values: the arguments by name.
        environment: the variables of the launch file.
    """
    delay = respawn_delay(spec, values)
    return (LifecycleNode if spec.lifecycle else Node)(
        package=spec.package,
        executable=spec.executable,
        name=spec.name,
        # With its namespace a node has a full name, for which a value here overrides any pattern.
        namespace=spec.namespace,
        parameters=[
            str(layer) if isinstance(layer, Path) else dict(layer) for layer in spec.parameters
        ],
        remappings=list(spec.remappings.items()),
        arguments=list(spec.arguments),
        ros_arguments=log_arguments(values) or None,
        # For this node alone: other nodes of a surrounding launch file keep their transport.
        additional_env=transport_environment(
            environment, profile=PICTURES if spec.pictures else SMALL
        ),
        respawn=delay is not None,
        respawn_delay=delay,
        output="screen",
    )


def _start(context: LaunchContext, parts: Sequence[Part], names: Sequence[str]) -> list[Action]:
    values = {name: LaunchConfiguration(name).perform(context) for name in names}
    around = context.launch_configurations
    shared = shared_of(
        values,
        within=around.get("ros_namespace", ""),
        surrounding=_layers(around.get("global_params", [])),
    )
    nodes = [spec for part in parts for spec in part(values, shared)]
    return [node_action(spec, values, context.environment) for spec in nodes]


def _layers(global_params: Sequence[str | tuple[str, object]]) -> tuple[Layer, ...]:
    """Return the parameters of SetParameter and SetParametersFromFile, in order."""
    return tuple(
        Path(each) if isinstance(each, str) else {each[0]: each[1]}  # type: ignore[dict-item]
        for each in global_params
    )
