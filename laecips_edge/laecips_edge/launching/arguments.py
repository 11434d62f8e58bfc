"""The arguments of all launch files, and what their texts mean."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from laecips_edge.launching.camera_topics import TRANSPORTS
from laecips_edge.launching.node_spec import Layer, NodeSpec, Shared, absolute

Values = Mapping[str, str]

_FLAG: Final = ("true", "false", "True", "False")
_MAYBE: Final = ("", *_FLAG)
_LEVELS: Final = ("debug", "info", "warn", "error", "fatal")


@dataclass(frozen=True, kw_only=True)
class LaunchArgument:
    """One argument; an empty text stands for "not given".

    Attributes:
        name: its name.
        description: what `--show-args` says.
        default: its value where it is not given.
        choices: the allowed texts; empty: any.
    """

    name: str
    description: str
    default: str = ""
    choices: tuple[str, ...] = ()


ARGUMENTS: Final = (
    LaunchArgument(
        name="namespace",
        description="Namespace of the nodes, inside the surrounding one; edge and cloud of one "
        "namespace meet.",
    ),
    LaunchArgument(
        name="robots",
        description="Names of the robots, with commas between them; each is a namespace.",
    ),
    LaunchArgument(
        name="robot",
        description="Name of the robot in the cloud's records; empty to take the one in "
        "params_file, else the certificate's, the namespace, or the host's name.",
    ),
    LaunchArgument(
        name="image_topic",
        default="image",
        description="The camera's topic; with /compressed at its end that is the transport.",
    ),
    LaunchArgument(
        name="image_transport",
        choices=("", *TRANSPORTS),
        description="How the pictures come: raw, or JPEG and PNG on <image_topic>/compressed; "
        "empty to take the one in params_file, else raw.",
    ),
    LaunchArgument(
        name="cameras",
        description="Several cameras: NAME or NAME=TOPIC, with commas between them; the topic is "
        "NAME/image where none is given, and the answers are below ~/NAME/. Empty to take those "
        "in params_file, else one camera on image_topic.",
    ),
    LaunchArgument(
        name="cloud_service",
        description="Name of the cloud's service, where it is in another namespace: "
        "/plant/segment_hard_frame; the trainer's names are beside it.",
    ),
    LaunchArgument(
        name="cloud",
        description="HOST:PORT of the gateway; empty to take the one in params_file.",
    ),
    LaunchArgument(
        name="listen",
        description="HOST:PORT to take robots' frames at; empty to take the one in params_file.",
    ),
    LaunchArgument(
        name="certificates",
        description="Folder that `laecips certs` has made for this robot or gateway; empty to "
        "take the one in params_file.",
    ),
    LaunchArgument(
        name="bundle",
        description="Folder of the model bundle; empty to take the one in params_file, else the "
        "shipped one.",
    ),
    LaunchArgument(
        name="teacher",
        description="Folder of a large network that the cloud asks for its opinion; empty: the "
        "shipped one with the shipped bundle; none: f's own scores. A class_scorer in params_file "
        "wins.",
    ),
    LaunchArgument(
        name="engine",
        description="Inference engine: onnxruntime, openvino, or auto, which the edge node alone "
        "knows; empty to take the one in params_file.",
    ),
    LaunchArgument(
        name="trainer",
        default="false",
        choices=_FLAG,
        description="Start the trainer, which needs source frames.",
    ),
    LaunchArgument(
        name="source",
        description="Folder of labelled source frames for the trainer (images/, labels/, "
        "classes.yaml); empty to take the one in params_file.",
    ),
    LaunchArgument(
        name="signing_key",
        description="File of the key by which the trainer signs model updates (`laecips certs "
        "sign-key`); empty to take the one in params_file.",
    ),
    LaunchArgument(
        name="params_file",
        description="Parameter file over the shipped ones (config/); empty for none.",
    ),
    LaunchArgument(
        name="use_sim_time",
        choices=_MAYBE,
        description="Take the time from /clock; empty to take what params_file says, else false.",
    ),
    LaunchArgument(
        name="autostart",
        choices=_MAYBE,
        description="Configure and activate at once; false where a lifecycle manager does it; "
        "empty to take what params_file says, else true.",
    ),
    LaunchArgument(
        name="respawn",
        choices=_MAYBE,
        description="Start a node anew that has ended; empty: on the robot, not in the cloud.",
    ),
    LaunchArgument(
        name="respawn_delay",
        default="2.0",
        description="Seconds from a node's end to its new start.",
    ),
    LaunchArgument(
        name="log_level",
        description="What the nodes log: debug, info, warn, error, fatal, or LOGGER:=LEVEL; empty "
        "for info.",
    ),
    LaunchArgument(
        name="rviz",
        default="false",
        choices=_FLAG,
        description="Start RViz with camera, overlay, label map and confidence.",
    ),
)


def is_true(text: str) -> bool:
    """Return what a flag says, in YAML's or in Python's spelling."""
    return text.lower() == "true"


def shared_of(values: Values, *, within: str = "", surrounding: tuple[Layer, ...] = ()) -> Shared:
    """Return what arguments say that are common to all nodes.

    Args:
        values: the arguments by name.
        within: namespace that the surrounding launch files have set.
        surrounding: parameters that they have set.

    Raises:
        ValueError: the parameter file is missing.
    """
    shared: Shared = {
        "namespace": absolute(values["namespace"], within=within),
        "surrounding": surrounding,
        "params_file": present(values, "params_file", "a parameter file of ROS"),
    }
    if values["use_sim_time"]:
        shared["use_sim_time"] = is_true(values["use_sim_time"])
    if values["autostart"]:
        shared["autostart"] = is_true(values["autostart"])
    return shared


def present(values: Values, name: str, what: str) -> str:
    """Return the path that an argument gives, a leading `~` resolved; empty if it is not given.

    Args:
        values: the arguments by name.
        name: the argument.
        what: what it must be, for the message.

    Raises:
        ValueError: nothing is there.
    """
    if not values[name]:
        return ""
    path = Path(values[name]).expanduser()
    if not path.exists():
        raise ValueError(f"{name}: {path} is not there: give {what}")
    return str(path)


def log_arguments(values: Values) -> list[str]:
    """Return the arguments of ROS that set what a node logs.

    Raises:
        ValueError: ROS has no such level; a node would end at once, again and again.
    """
    level = values["log_level"]
    if level and level.rpartition(":=")[2].lower() not in _LEVELS:
        raise ValueError(f"log_level: {level!r}: give one of {', '.join(_LEVELS)}")
    return ["--log-level", level] if level else []


def respawn_delay(spec: NodeSpec, values: Values) -> float | None:
    """Return the seconds after which a node that has ended starts anew; None: never.

    Raises:
        ValueError: the delay is no number of seconds.
    """
    asked = values["respawn"]
    if not (is_true(asked) if asked else spec.package == "laecips_edge"):
        return None
    try:
        delay = float(values["respawn_delay"])
    except ValueError:
        delay = -1.0
    if not 0.0 <= delay < float("inf"):
        raise ValueError(f"respawn_delay: {values['respawn_delay']!r}: give a number of seconds")
    return delay
