"""Launch descriptions built from the graph: launch files only name the parts they start."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence

from ament_index_python.packages import PackageNotFoundError, get_package_prefix
from launch import LaunchContext, LaunchDescription
from launch.action import Action
from launch.actions import DeclareLaunchArgument, OpaqueFunction, SetEnvironmentVariable
from launch.substitutions import LaunchConfiguration
from launch_ros.actions import LifecycleNode, Node

from laecips_bringup.graph import graph
from laecips_bringup.graph.graph import NodeSpec, Shared
from laecips_bringup.graph.installed_files import rviz_layout, shipped_bundle, teacher_for
from laecips_bringup.graph.transport import SMALL, transport_environment

Values = dict[str, str]
_FLAG = ["true", "false"]
_CAMERA = ("image_topic", "image_transport")


BESIDE_A_BRIDGE = "robot.yaml"
"""File of `config/` for an edge node that asks a bridge."""


def edge_part(values: Values, *, preset: str = "") -> list[Action]:
    """Return the launch actions of the edge node."""
    shared = _shared(values)
    shared["preset"] = preset
    spec = graph.edge(
        image_topic=values["image_topic"],
        image_transport=values["image_transport"],
        bundle=values["bundle"],
        **shared,
    )
    return [node_action(spec)]


def robot_part(values: Values) -> list[Action]:
    """Return the launch actions of the edge node and the bridge to its cloud."""
    bridge = graph.bridge(
        address=values["cloud"], certificates=values["certificates"], **_shared(values)
    )
    return [*edge_part(values, preset=BESIDE_A_BRIDGE), node_action(bridge)]


def gateway_part(values: Values) -> list[Action]:
    """Return the launch actions of the gateway."""
    gateway = graph.gateway(
        address=values["listen"], certificates=values["certificates"], **_shared(values)
    )
    return [node_action(gateway)]


def cloud_part(values: Values) -> list[Action]:
    """Return the launch actions of the cloud node."""
    bundle = values["bundle"]
    teacher = teacher_for(bundle, values["teacher"])
    return [node_action(graph.cloud(bundle=bundle, teacher=teacher, **_shared(values)))]


def trainer_part(values: Values) -> list[Action]:
    """Return the launch actions of the trainer node."""
    bundle, source = values["bundle"], values["source"]
    return [node_action(graph.trainer(bundle=bundle, source=source, **_shared(values)))]


def wanted_trainer_part(values: Values) -> list[Action]:
    """Return the launch actions of the trainer node; none where it is not wanted."""
    return trainer_part(values) if values["trainer"] == "true" else []


def rviz_part(values: Values) -> list[Action]:
    """Return the launch actions of RViz with camera, overlay and label map; none if not wanted.

    Raises:
        RuntimeError: RViz is not installed; raised before any node starts.
    """
    if values["rviz"] != "true":
        return []
    try:
        get_package_prefix("rviz2")
    except PackageNotFoundError as error:
        raise RuntimeError("rviz2 is not installed: install it, or leave out rviz:=true") from error
    topic, _ = graph.camera(values["image_topic"], values["image_transport"])
    return [
        Node(
            package="rviz2",
            executable="rviz2",
            name="rviz",
            # The layout's topics are relative: they follow namespace and camera topic.
            namespace=graph.absolute(values["namespace"]),
            arguments=["-d", str(rviz_layout())],
            remappings=list(graph.image_remappings(topic).items()),
            parameters=[{"use_sim_time": values["use_sim_time"] == "true"}],
            output="screen",
        )
    ]


Part = Callable[[Values], list[Action]]
_COMMON = ("namespace", "params_file", "use_sim_time", "autostart")
_SHARED = (*_COMMON, "bundle")
_ARGUMENTS_OF: dict[Part, tuple[str, ...]] = {
    edge_part: (*_SHARED, *_CAMERA),
    robot_part: (*_SHARED, *_CAMERA, "cloud", "certificates"),
    gateway_part: (*_COMMON, "listen", "certificates"),
    cloud_part: (*_SHARED, "teacher"),
    trainer_part: (*_SHARED, "source"),
    wanted_trainer_part: (*_SHARED, "source", "trainer"),
    rviz_part: ("namespace", *_CAMERA, "use_sim_time", "rviz"),
}


def launch_description(*parts: Part) -> LaunchDescription:
    """Return the launch description that starts these parts.

    Args:
        *parts: `edge_part`, `robot_part`, `gateway_part`, `cloud_part`, `trainer_part`,
            `rviz_part`; the description declares their arguments too.
    """
    names = {name: None for part in parts for name in _ARGUMENTS_OF[part]}
    return LaunchDescription(
        [
            *(argument for argument in _arguments() if argument.name in names),
            *(
                SetEnvironmentVariable(name, value)
                for name, value in transport_environment(os.environ).items()
            ),
            OpaqueFunction(function=_start, args=[parts, tuple(names)]),
        ]
    )


def node_action(spec: NodeSpec) -> Action:
    """Return the launch action of a node of the graph."""
    kind = LifecycleNode if spec.lifecycle else Node
    return kind(
        package=spec.package,
        executable=spec.executable,
        name=spec.name,
        namespace=spec.namespace,
        parameters=[
            dict(layer) if not hasattr(layer, "open") else str(layer) for layer in spec.parameters
        ],
        remappings=list(spec.remappings.items()),
        additional_env={} if spec.pictures else transport_environment(os.environ, profile=SMALL),
        output="screen",
    )


def _shared(values: Values) -> Shared:
    return {
        "namespace": values["namespace"],
        "params_file": values["params_file"],
        "use_sim_time": values["use_sim_time"] == "true",
        "autostart": values["autostart"] == "true",
    }


def _start(context: LaunchContext, parts: Sequence[Part], names: Sequence[str]) -> list[Action]:
    values = {name: LaunchConfiguration(name).perform(context) for name in names}
    return [action for part in parts for action in part(values)]


def _arguments() -> list[DeclareLaunchArgument]:
    return [
        DeclareLaunchArgument(
            "namespace",
            default_value="",
            description="Namespace of the nodes; edge and cloud of one namespace meet.",
        ),
        DeclareLaunchArgument(
            "image_topic",
            default_value="image",
            description="The camera's topic; with /compressed at its end that is the transport.",
        ),
        DeclareLaunchArgument(
            "image_transport",
            default_value=graph.RAW,
            choices=list(graph.TRANSPORTS),
            description="How the pictures come: raw, or JPEG and PNG on <image_topic>/compressed.",
        ),
        DeclareLaunchArgument(
            "cloud",
            default_value="",
            description="HOST:PORT of the gateway; empty to take the one in params_file.",
        ),
        DeclareLaunchArgument(
            "listen",
            default_value="",
            description="HOST:PORT to take robots' frames at; empty to take the one in "
            "params_file.",
        ),
        DeclareLaunchArgument(
            "certificates",
            default_value="",
            description="Folder that `laecips certs` has made for this robot or gateway; empty to "
            "take the one in params_file.",
        ),
        DeclareLaunchArgument(
            "bundle",
            default_value=str(shipped_bundle()),
            description="Folder of the model bundle; empty to take the one in params_file.",
        ),
        DeclareLaunchArgument(
            "teacher",
            default_value="",
            description="Folder of a large network that the cloud asks for its opinion; empty: the "
            "shipped one with the shipped bundle; none: f's own scores. A class_scorer in "
            "params_file wins.",
        ),
        DeclareLaunchArgument(
            "trainer",
            default_value="false",
            choices=_FLAG,
            description="Start the trainer, which needs source frames.",
        ),
        DeclareLaunchArgument(
            "source",
            default_value="",
            description="Folder of labelled source frames for the trainer (images/, labels/, "
            "classes.yaml); empty to take the one in params_file.",
        ),
        DeclareLaunchArgument(
            "params_file",
            default_value="",
            description="Parameter file over the shipped ones (config/); empty for none.",
        ),
        DeclareLaunchArgument(
            "use_sim_time",
            default_value="false",
            choices=_FLAG,
            description="Take the time from /clock.",
        ),
        DeclareLaunchArgument(
            "autostart",
            default_value="true",
            choices=_FLAG,
            description="Configure and activate at once; false where a lifecycle manager does it.",
        ),
        DeclareLaunchArgument(
            "rviz",
            default_value="false",
            choices=_FLAG,
            description="Start RViz with camera, overlay and label map.",
        ),
    ]
