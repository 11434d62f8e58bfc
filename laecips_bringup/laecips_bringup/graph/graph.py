"""The one description of the graph: which nodes there are, under which names, with which wiring.

Launch files and the process runner are both built from it, so that they cannot diverge. Nothing
here starts anything.
"""

from __future__ import annotations

from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

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
        executable: its name under `lib/<package>`.
        name: the node's name.
        namespace: absolute, `/` for none.
        parameters: layers, later ones win: a Path is a parameter file, a mapping is values.
        remappings: names inside the node to names outside.
        lifecycle: whether the node is a lifecycle node.
    """

    package: str
    executable: str
    name: str
    namespace: str = "/"
    parameters: tuple[Path | Parameters, ...] = ()
    remappings: Mapping[str, str] = field(default_factory=dict)
    lifecycle: bool = True

    @property
    def full_name(self) -> str:
        """Namespace and name: `/robot/edge`."""
        return f"{self.namespace.rstrip('/')}/{self.name}"

    def topic(self, name: str) -> str:
        """The full name of a private topic, `~/name` inside the node."""
        return f"{self.full_name}/{name}"


def edge(
    *,
    namespace: str = "",
    image_topic: str = "image",
    image_transport: str = RAW,
    bundle: str = "",
    engine: str = "",
    preset: str = "",
    params_file: str = "",
    use_sim_time: bool = False,
    autostart: bool = True,
    parameters: Parameters | None = None,
) -> NodeSpec:
    """The node on the robot.

    Args:
        namespace: where the node lives; edge and cloud of one namespace meet.
        image_topic: the camera's base topic.
        image_transport: raw, or compressed for `<image_topic>/compressed`.
        bundle: folder of the model bundle; empty: the parameter file says.
        engine: that is usual here, unless the user's file names one; empty: the shipped file's.
        preset: name of a file of `config/` over the node's own, for one kind of run.
        params_file: a parameter file of the user, over the one that ships.
        use_sim_time: take the time from /clock.
        autostart: configure and activate without a lifecycle manager.
        parameters: more values, over everything else.

    Raises:
        ValueError: for an unknown transport.
    """
    if image_transport not in TRANSPORTS:
        raise ValueError(
            f"image_transport {image_transport!r} is unknown: use one of {', '.join(TRANSPORTS)}"
        )
    values: dict[str, ParameterValue] = {"image_transport": image_transport}
    return NodeSpec(
        package="laecips_edge",
        executable="edge_node",
        name="edge",
        namespace=absolute(namespace),
        parameters=_layers(
            "edge.yaml",
            preset,
            params_file,
            values
            | _common(use_sim_time, autostart)
            | ({"bundle": bundle} if bundle else {})
            | dict(parameters or {}),
            usual={"engine": engine} if engine else {},
        ),
        remappings=image_remappings(image_topic),
    )


def cloud(
    *,
    namespace: str = "",
    bundle: str = "",
    teacher: str = "",
    engine: str = "",
    preset: str = "",
    params_file: str = "",
    use_sim_time: bool = False,
    autostart: bool = True,
    parameters: Parameters | None = None,
) -> NodeSpec:
    """The node in the cloud; arguments as for `edge`.

    Args:
        namespace, bundle, preset, params_file, use_sim_time, autostart, parameters: as for `edge`.
        engine: as for `edge`, and of the teacher too.
        teacher: folder of a teacher whose opinion is asked, unless `params_file` chooses a class
            scorer itself; empty: none.
    """
    mine = given(Path(params_file), "cloud") if params_file else {}
    return NodeSpec(
        package="laecips_cloud",
        executable="cloud_node",
        name="cloud",
        namespace=absolute(namespace),
        parameters=_layers(
            "cloud.yaml",
            preset,
            params_file,
            _common(use_sim_time, autostart)
            | ({"bundles": [bundle]} if bundle else {})
            | dict(parameters or {}),
            usual=({"engine": engine} if engine else {})
            | asking(teacher, engine=engine, unless=mine),
        ),
    )


def trainer(
    *,
    namespace: str = "",
    bundle: str = "",
    source: str = "",
    engine: str = "",
    preset: str = "",
    params_file: str = "",
    use_sim_time: bool = False,
    autostart: bool = True,
    parameters: Parameters | None = None,
) -> NodeSpec:
    """The node that trains; arguments as for `edge`.

    Args:
        namespace, preset, params_file, use_sim_time, autostart, parameters: as for `edge`.
        bundle: folder of the first training's bundle; empty: the parameter file says.
        source: folder of labelled source frames; empty: the parameter file says.
        engine: as for `edge`; pairs are examined on it.
    """
    named = {"bundle": bundle, "source": source}
    return NodeSpec(
        package="laecips_cloud",
        executable="trainer_node",
        name="trainer",
        namespace=absolute(namespace),
        parameters=_layers(
            "trainer.yaml",
            preset,
            params_file,
            _common(use_sim_time, autostart)
            | {name: value for name, value in named.items() if value}
            | dict(parameters or {}),
            usual={"engine": engine} if engine else {},
        ),
    )


def bridge(
    *,
    namespace: str = "",
    address: str = "",
    certificates: str = "",
    params_file: str = "",
    use_sim_time: bool = False,
    autostart: bool = True,
    parameters: Parameters | None = None,
) -> NodeSpec:
    """The node between a robot and its cloud; arguments as for `edge`.

    Args:
        namespace, params_file, use_sim_time, autostart, parameters: as for `edge`.
        address: HOST:PORT of the gateway; empty: the parameter file says.
        certificates: folder of the robot's; empty: the parameter file says.
    """
    named = {"address": address, "certificates": certificates}
    return NodeSpec(
        package="laecips_edge",
        executable="bridge_node",
        name="bridge",
        namespace=absolute(namespace),
        parameters=_layers(
            "bridge.yaml",
            "",
            params_file,
            _common(use_sim_time, autostart)
            | {name: value for name, value in named.items() if value}
            | dict(parameters or {}),
        ),
    )


def gateway(
    *,
    namespace: str = "",
    address: str = "",
    certificates: str = "",
    params_file: str = "",
    use_sim_time: bool = False,
    autostart: bool = True,
    parameters: Parameters | None = None,
) -> NodeSpec:
    """The node at the door of a cloud; arguments as for `bridge`.

    Args:
        namespace, params_file, use_sim_time, autostart, parameters: as for `edge`.
        address: HOST:PORT to listen at; empty: the parameter file says.
        certificates: folder of the gateway's; empty: the parameter file says.
    """
    named = {"address": address, "certificates": certificates}
    return NodeSpec(
        package="laecips_cloud",
        executable="gateway_node",
        name="gateway",
        namespace=absolute(namespace),
        parameters=_layers(
            "gateway.yaml",
            "",
            params_file,
            _common(use_sim_time, autostart)
            | {name: value for name, value in named.items() if value}
            | dict(parameters or {}),
        ),
    )


def asking(
    teacher: str, *, engine: str = "", unless: Container[str] = ()
) -> dict[str, ParameterValue]:
    """Parameters of the cloud node that asks a teacher; none where there is no teacher.

    The best scorer and masks that one core has time for at the demo's pace
    (docs/results/large-models.md).

    Args:
        teacher: its folder.
        engine: that runs it; empty for the class scorer's own.
        unless: parameters that the user's file gives; one that chooses a class scorer itself is
            left alone.
    """
    if not teacher or "class_scorer" in unless:
        return {}
    return {
        "class_scorer": "onnx",
        "scorer_options": [f"model={teacher}", *([f"engine={engine}"] if engine else [])],
        "mask_generator": "none",
    }


def player(
    *,
    bag: str,
    namespace: str = "",
    image_topic: str = "image",
    rate: float = 1.0,
    parameters: Parameters | None = None,
) -> NodeSpec:
    """The bag player; it publishes where `edge` with the same `image_topic` listens.

    Args:
        bag: path of the bag.
        namespace: as for `edge`.
        image_topic: as for `edge`.
        rate: speed against the recording.
        parameters: more values.
    """
    return NodeSpec(
        package="laecips_eval",
        executable="player_node",
        name="player",
        namespace=absolute(namespace),
        parameters=_layers("player.yaml", "", "", {"bag": bag, "rate": rate, **(parameters or {})}),
        remappings=image_remappings(image_topic),
        lifecycle=False,
    )


def image_remappings(image_topic: str) -> dict[str, str]:
    """Both transports of the camera's topic, for whoever takes or gives `image`."""
    if image_topic == "image":
        return {}
    return {"image": image_topic, "image/compressed": f"{image_topic}/compressed"}


def absolute(namespace: str) -> str:
    """A namespace as the ROS graph writes it: `robot` and `/robot/` are `/robot`, none is `/`."""
    return "/" + namespace.strip("/")


def _common(use_sim_time: bool, autostart: bool) -> dict[str, ParameterValue]:
    return {"use_sim_time": use_sim_time, "autostart": autostart}


def _layers(
    shipped: str,
    preset: str,
    params_file: str,
    values: Parameters,
    *,
    usual: Parameters | None = None,
) -> tuple[Path | Parameters, ...]:
    """What ships, what is usual in this place, what the user's file says, what was asked for.

    What the file gives is not even mentioned as usual: to ROS values for a node's full name are
    above those for a pattern such as `/**/edge`, whatever comes first.
    """
    mine = given(Path(params_file), Path(shipped).stem) if params_file and usual else {}
    layers = [
        config_file(shipped),
        config_file(preset) if preset else None,
        {name: value for name, value in (usual or {}).items() if name not in mine},
        Path(params_file) if params_file else None,
    ]
    return (*(layer for layer in layers if layer), values)
