"""The one description of the graph: which nodes there are, under which names, with which wiring.

Launch files and the process runner are both built from it, so that they cannot diverge. Nothing
here starts anything.
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


class Shared(TypedDict, total=False):
    """What is asked of every node alike; what is left out is as the shipped files say.

    Keys:
        namespace: where the node lives; edge and cloud of one namespace meet.
        engine: that is usual here, unless the user's file names one.
        preset: name of a file of `config/` over the node's own, for one kind of run.
        params_file: a parameter file of the user, over the one that ships.
        use_sim_time: take the time from /clock.
        autostart: configure and activate without a lifecycle manager; so it is if not said.
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
    """The node on the robot.

    Args:
        image_topic: the camera's base topic.
        image_transport: raw, or compressed for `<image_topic>/compressed`.
        bundle: folder of the model bundle; empty: the parameter file says.
        parameters: more values, over everything else.
        **shared: see `Shared`.

    Raises:
        ValueError: for an unknown transport.
    """
    if image_transport not in TRANSPORTS:
        raise ValueError(
            f"image_transport {image_transport!r} is unknown: use one of {', '.join(TRANSPORTS)}"
        )
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
    """The node in the cloud.

    Args:
        bundle: folder of the model bundle; empty: the parameter file says.
        teacher: folder of a teacher whose opinion is asked, unless the user's file chooses a class
            scorer itself; empty: none.
        parameters: as for `edge`.
        **shared: see `Shared`; `engine` is of the teacher too.
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
    """The node that trains.

    Args:
        bundle: folder of the first training's bundle; empty: the parameter file says.
        source: folder of labelled source frames; empty: the parameter file says.
        parameters: as for `edge`.
        **shared: see `Shared`; pairs are examined on `engine`.
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
    """The node between a robot and its cloud.

    Args:
        address: HOST:PORT of the gateway; empty: the parameter file says.
        certificates: folder of the robot's; empty: the parameter file says.
        parameters: as for `edge`.
        **shared: see `Shared`.
    """
    asked = _given(address=address, certificates=certificates)
    return _node("laecips_edge", "bridge", asked, parameters, shared)


def gateway(
    *,
    address: str = "",
    certificates: str = "",
    parameters: Parameters | None = None,
    **shared: Unpack[Shared],
) -> NodeSpec:
    """The node at the door of a cloud.

    Args:
        address: HOST:PORT to listen at; empty: the parameter file says.
        certificates: folder of the gateway's; empty: the parameter file says.
        parameters: as for `edge`.
        **shared: see `Shared`.
    """
    asked = _given(address=address, certificates=certificates)
    return _node("laecips_cloud", "gateway", asked, parameters, shared)


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


def player(*, bag: str, rate: float = 1.0, parameters: Parameters | None = None) -> NodeSpec:
    """The bag player; it publishes where an `edge` without namespace listens.

    Args:
        bag: path of the bag.
        rate: speed against the recording.
        parameters: more values.
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


def image_remappings(image_topic: str) -> dict[str, str]:
    """Both transports of the camera's topic, for whoever takes or gives `image`."""
    if image_topic == "image":
        return {}
    return {"image": image_topic, "image/compressed": f"{image_topic}/compressed"}


def absolute(namespace: str) -> str:
    """A namespace as the ROS graph writes it: `robot` and `/robot/` are `/robot`, none is `/`."""
    return "/" + namespace.strip("/")


def _given(**values: str) -> Parameters:
    """Those values that are not empty."""
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
) -> NodeSpec:
    """A lifecycle node: what ships, what is usual here, what the user's file says, what is asked.

    What the file gives is not even mentioned as usual: to ROS values for a node's full name are
    above those for a pattern such as `/**/edge`, whatever comes first.
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
    )
