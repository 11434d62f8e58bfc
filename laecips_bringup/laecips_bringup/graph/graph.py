"""The description of the graph: the nodes, their names, parameters and remappings.

Launch files and the process runner both use it, so that they cannot diverge. This module starts
no process.
"""

from __future__ import annotations

from collections.abc import Container
from typing import Unpack

from laecips_edge.launching.installed_files import config_file
from laecips_edge.launching.node_spec import (
    NodeSpec,
    Parameters,
    ParameterValue,
    Shared,
    filled,
    managed_node,
    said,
)
from laecips_edge.launching.robot_nodes import bridge, cloud_remappings, edge

__all__ = [
    "NodeSpec",
    "ParameterValue",
    "Parameters",
    "Shared",
    "asking",
    "bridge",
    "cloud",
    "edge",
    "gateway",
    "player",
    "trainer",
]


def cloud(
    *,
    bundle: str = "",
    usual_bundle: str = "",
    teacher: str = "",
    usual_library: str = "",
    cloud_service: str = "",
    parameters: Parameters | None = None,
    **shared: Unpack[Shared],
) -> NodeSpec:
    """Return the cloud node.

    Args:
        bundle: folder of the model bundle; empty for the parameter file's value.
        usual_bundle: the bundle where neither says one.
        teacher: folder of the teacher, unless the user's file chooses a class scorer itself;
            empty for none.
        usual_library: folder of the trainer's library, where the user's file names none.
        cloud_service: name of its service, see `cloud_remappings`.
        parameters: additional values, over all other layers.
        **shared: see `Shared`; `engine` applies to the teacher too.
    """
    engine = shared.get("engine", "")
    usual: Parameters = {
        **filled(bundles=[usual_bundle] if usual_bundle else [], library=usual_library),
        **filled(engine=engine),
        **asking(teacher, engine=engine, unless=said("cloud", shared) if teacher else ()),
    }
    return managed_node(
        "laecips_cloud",
        "cloud",
        shared,
        usual=usual,
        asked=filled(bundles=[bundle] if bundle else []),
        parameters=parameters,
        remappings=cloud_remappings(cloud_service),
    )


def trainer(
    *,
    bundle: str = "",
    usual_bundle: str = "",
    source: str = "",
    signing_key: str = "",
    usual_buffer: str = "",
    cloud_service: str = "",
    parameters: Parameters | None = None,
    **shared: Unpack[Shared],
) -> NodeSpec:
    """Return the trainer node.

    Args:
        bundle: folder of the first training's bundle; empty for the parameter file's value.
        usual_bundle: the bundle where neither says one.
        source: folder of labelled source frames; empty for the parameter file's value.
        signing_key: file of the key that signs updates; empty for the parameter file's value.
        usual_buffer: file of the cloud's replay buffer, where the user's file names none.
        cloud_service: see `cloud_remappings`.
        parameters: as for `cloud`.
        **shared: see `Shared`; the trainer evaluates pairs on `engine`.
    """
    usual = filled(bundle=usual_bundle, buffer_path=usual_buffer, engine=shared.get("engine", ""))
    return managed_node(
        "laecips_cloud",
        "trainer",
        shared,
        usual=usual,
        asked=filled(bundle=bundle, source=source, signing_key=signing_key),
        parameters=parameters,
        remappings=cloud_remappings(cloud_service),
    )


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
        parameters: as for `cloud`.
        **shared: see `Shared`.
    """
    return managed_node(
        "laecips_cloud",
        "gateway",
        shared,
        usual={},
        asked=filled(address=address, certificates=certificates),
        parameters=parameters,
        pictures=False,
    )


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
