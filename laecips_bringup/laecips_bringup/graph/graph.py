"""The description of the graph: the nodes, their names, parameters and remappings.

Launch files and the process runner both use it, so that they cannot diverge. This module starts
no process.
"""

from __future__ import annotations

from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, TypedDict, Unpack

from laecips_bringup.graph.installed_files import config_file
from laecips_bringup.graph.params_file import given

ParameterValue = bool | int | float | str | Sequence[str]
Parameters = Mapping[str, ParameterValue]

RAW: Final = "raw"
COMPRESSED: Final = "compressed"
TRANSPORTS: Final = (RAW, COMPRESSED)


@dataclass(frozen=True, kw_only=True)
class NodeSpec:
    """One node of the graph.

    Attributes:
        package: the ROS package that installs the executable.
        executable: name of the executable under `lib/<package>`.
        name: the node's name.
        namespace: absolute, `/` for none.
        parameters: layers, the last wins; a Path is a parameter file, a mapping is values.
        remappings: names inside the node, mapped to names outside.
        lifecycle: whether the node is a lifecycle node.
        pictures: whether it sends or takes raw pictures; see `transport`.
    """

    package: str
    executable: str
    name: str
    namespace: str = "/"
    parameters: tuple[Path | Parameters, ...] = ()
    remappings: Mapping[str, str] = field(default_factory=dict)
    lifecycle: bool = True
    pictures: bool = True

    @property
    def full_name(self) -> str:
        """The namespace and name, such as `/robot/edge`."""
        return f"{self.namespace.rstrip('/')}/{self.name}"

    def topic(self, name: str) -> str:
        """Return the full name of a private topic, `~/name` inside the node."""
        return f"{self.full_name}/{name}"


class Shared(TypedDict, total=False):
    """Settings common to all nodes; an absent key leaves the shipped file's value.

    Keys:
        namespace: namespace of the node; edge and cloud must share it to communicate.
        engine: default engine, unless the user's file names one.
        preset: name of a file of `config/` for one kind of run, laid over the node's own file.
        params_file: a parameter file of the user, laid over the shipped one.
        use_sim_time: take the time from /clock.
        autostart: configure and activate without a lifecycle manager; true by default.
    """

    namespace: str
    engine: str
    preset: str
    params_file: str
    use_sim_time: bool
    autostart: bool


def edge(
    *,
    image_topic: str = "image",
    image_transport: str = RAW,
    bundle: str = "",
    parameters: Parameters | None = None,
    **shared: Unpack[Shared],
) -> NodeSpec:
    """Return the edge node, which runs on the robot.

    Args:
        image_topic: the camera's base topic, or that with `/compressed`, as `ros2 topic list` shows
            it; then the transport is compressed.
        image_transport: raw, or compressed for `<image_topic>/compressed`.
        bundle: folder of the model bundle; empty for the parameter file's value.
        parameters: additional values, over all other layers.
        **shared: see `Shared`.

    Raises:
        ValueError: the transport is unknown.
    """
    if image_transport not in TRANSPORTS:
        raise ValueError(
            f"image_transport {image_transport!r} is unknown: use one of {', '.join(TRANSPORTS)}"
        )
    image_topic, image_transport = camera(image_topic, image_transport)
    return _node(
        "laecips_edge",
        "edge",
        {"image_transport": image_transport, **({"bundle": bundle} if bundle else {})},
        parameters,
        shared,
        remappings=image_remappings(image_topic),
    )


def cloud(
    *,
    bundle: str = "",
    teacher: str = "",
    parameters: Parameters | None = None,
    **shared: Unpack[Shared],
) -> NodeSpec:
    """Return the cloud node.

    Args:
        bundle: folder of the model bundle; empty for the parameter file's value.
        teacher: folder of the teacher, unless the user's file chooses a class scorer itself;
            empty for none.
        parameters: as for `edge`.
        **shared: see `Shared`; `engine` applies to the teacher too.
    """
    asked: Parameters = {"bundles": [bundle]} if bundle else {}
    return _node("laecips_cloud", "cloud", asked, parameters, shared, teacher=teacher)


def trainer(
    *,
    bundle: str = "",
    source: str = "",
    parameters: Parameters | None = None,
    **shared: Unpack[Shared],
) -> NodeSpec:
    """Return the trainer node.

    Args:
        bundle: folder of the first training's bundle; empty for the parameter file's value.
        source: folder of labelled source frames; empty for the parameter file's value.
        parameters: as for `edge`.
        **shared: see `Shared`; the trainer evaluates pairs on `engine`.
    """
    named = {"bundle": bundle, "source": source}
    asked = {key: value for key, value in named.items() if value}
    return _node("laecips_cloud", "trainer", asked, parameters, shared)


def bridge(
    *,
    address: str = "",
    certificates: str = "",
    parameters: Parameters | None = None,
    **shared: Unpack[Shared],
) -> NodeSpec:
    """Return the bridge node, which connects a robot to its cloud.

    Args:
        address: HOST:PORT of the gateway, and after commas those of spare ones; empty for the
            parameter file's value.
        certificates: folder of the robot's certificates; empty for the parameter file's value.
        parameters: as for `edge`.
        **shared: see `Shared`.
    """
    addresses = [each.strip() for each in address.split(",") if each.strip()]
    asked = _given(addresses=addresses, certificates=certificates)
    return _node("laecips_edge", "bridge", asked, parameters, shared, pictures=False)


def gateway(
    *,
    address: str = "",
    certificates: str = "",
    parameters: Parameters | None = None,
    **shared: Unpack[Shared],
) -> NodeSpec:
    """Return the gateway node, which connects robots to the cloud.

    Args:
        address: HOST:PORT to listen at; empty for the parameter file's value.
        certificates: folder of the gateway's certificates; empty for the parameter file's value.
        parameters: as for `edge`.
        **shared: see `Shared`.
    """
    asked = _given(address=address, certificates=certificates)
    return _node("laecips_cloud", "gateway", asked, parameters, shared, pictures=False)


def asking(
    teacher: str, *, engine: str = "", unless: Container[str] = ()
) -> dict[str, ParameterValue]:
    """Return the parameters of a cloud node that uses a teacher; none without a teacher.

    They are the best scorer and masks that one core can run at the demo's rate
    (docs/results/large-models.md).

    Args:
        teacher: folder of the teacher.
        engine: engine that runs the teacher; empty for the class scorer's default.
        unless: parameters in the user's file; if they choose a class scorer, change nothing.
    """
    if not teacher or "class_scorer" in unless:
        return {}
    return {
        "class_scorer": "onnx",
        "scorer_options": [f"model={teacher}", *([f"engine={engine}"] if engine else [])],
        "mask_generator": "none",
    }


def player(*, bag: str, rate: float = 1.0, parameters: Parameters | None = None) -> NodeSpec:
    """Return the bag player; it publishes to the topics of an `edge` without namespace.

    Args:
        bag: path of the bag.
        rate: speed relative to the recording.
        parameters: additional values.
    """
    shipped = config_file("player.yaml")
    return NodeSpec(
        package="laecips_eval",
        executable="player_node",
        name="player",
        parameters=(
            *([shipped] if shipped else []),
            {"bag": bag, "rate": rate, **(parameters or {})},
        ),
        lifecycle=False,
    )


def camera(image_topic: str, image_transport: str) -> tuple[str, str]:
    """Return base topic and transport of a camera whose topic may end with `/compressed`."""
    base = image_topic.removesuffix(f"/{COMPRESSED}")
    return (image_topic, image_transport) if base == image_topic else (base, COMPRESSED)


def image_remappings(image_topic: str) -> dict[str, str]:
    """Return the remappings of the camera's topic, for both transports of `image`."""
    if image_topic == "image":
        return {}
    return {"image": image_topic, "image/compressed": f"{image_topic}/compressed"}


def absolute(namespace: str) -> str:
    """Return a namespace in ROS form: `robot` and `/robot/` give `/robot`, empty gives `/`."""
    return "/" + namespace.strip("/")


def _given(**values: str | list[str]) -> Parameters:
    """Return the values that are not empty."""
    return {name: value for name, value in values.items() if value}


def _node(
    package: str,
    name: str,
    asked: Parameters,
    parameters: Parameters | None,
    shared: Shared,
    *,
    teacher: str = "",
    remappings: Mapping[str, str] | None = None,
    pictures: bool = True,
) -> NodeSpec:
    """Return a lifecycle node; layers: shipped file, defaults here, user's file, arguments.

    Omit a default here that the user's file sets: in ROS, values for a node's full name override
    those for a pattern such as `/**/edge`, in whatever order the layers come.
    """
    params_file, preset = shared.get("params_file", ""), shared.get("preset", "")
    engine = shared.get("engine", "")
    mine = given(Path(params_file), name) if params_file and (engine or teacher) else {}
    usual: Parameters = {
        **({"engine": engine} if engine else {}),
        **asking(teacher, engine=engine, unless=mine),
    }
    layers = [
        config_file(f"{name}.yaml"),
        config_file(preset) if preset else None,
        {key: value for key, value in usual.items() if key not in mine},
        Path(params_file) if params_file else None,
    ]
    always = {
        "use_sim_time": shared.get("use_sim_time", False),
        "autostart": shared.get("autostart", True),
    }
    return NodeSpec(
        package=package,
        executable=f"{name}_node",
        name=name,
        namespace=absolute(shared.get("namespace", "")),
        parameters=(
            *(layer for layer in layers if layer),
            {**asked, **always, **(parameters or {})},
        ),
        remappings=remappings or {},
        pictures=pictures,
    )
