"""The nodes of a robot: the edge node, and the bridge to a cloud across a network."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, Unpack

from laecips_edge.launching.camera_topics import camera_topics
from laecips_edge.launching.node_spec import (
    NodeSpec,
    Parameters,
    Shared,
    filled,
    managed_node,
    said,
)

SERVICE: Final = "segment_hard_frame"
_OF_THE_TRAINER: Final = ("model_update", "model_report", "get_model")


def edge(
    *,
    image_topic: str = "image",
    image_transport: str = "",
    cameras: str = "",
    bundle: str = "",
    usual_bundle: str = "",
    robot: str = "",
    usual_robot: str = "",
    usual_keys: Sequence[str] = (),
    cloud_service: str = "",
    parameters: Parameters | None = None,
    **shared: Unpack[Shared],
) -> NodeSpec:
    """Return the edge node, which runs on the robot.

    Args:
        image_topic: see `camera_topics`.
        image_transport: see `camera_topics`.
        cameras: see `camera_topics`; empty for the parameter file's value.
        bundle: folder of the model bundle; empty for the parameter file's value.
        usual_bundle: the bundle where neither says one.
        robot: the robot's name; empty for the parameter file's value.
        usual_robot: its name where neither says one; empty: the node takes its namespace or host.
        usual_keys: keys that must sign model updates, where the parameter file names none.
        cloud_service: see `cloud_remappings`.
        parameters: additional values, over all other layers.
        **shared: see `Shared`.

    Raises:
        ValueError: a camera's topic, name or transport cannot be used, or a parameter file is
            missing or is none.
    """
    images = camera_topics(image_topic, image_transport, cameras)
    if "" in images.bases and images.remappings and (named := said("edge", shared).get("cameras")):
        raise ValueError(
            f"image_topic: the parameter file names the cameras {', '.join(named)}, which have a "
            "topic each; give cameras:=NAME=TOPIC,..."
        )
    return managed_node(
        "laecips_edge",
        "edge",
        shared,
        usual=filled(
            bundle=usual_bundle,
            robot=usual_robot,
            engine=shared.get("engine", ""),
            update_keys=list(usual_keys),
        ),
        asked=filled(
            image_transport=images.transport,
            cameras=list(images.names),
            bundle=bundle,
            robot=robot,
        ),
        parameters=parameters,
        remappings=images.remappings | cloud_remappings(cloud_service),
    )


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
    return managed_node(
        "laecips_edge",
        "bridge",
        shared,
        usual={},
        asked=filled(addresses=addresses, certificates=certificates),
        parameters=parameters,
        pictures=False,
    )


def cloud_remappings(service: str) -> dict[str, str]:
    """Return the remappings to a cloud in another namespace, the same on all sides.

    Args:
        service: name of the cloud's service. With a namespace in it, such as
            `/plant/segment_hard_frame`, the trainer's names are looked for beside it. Empty: the
            names in the node's own namespace.
    """
    if not service:
        return {}
    space, slash, _ = service.rpartition("/")
    beside = {name: f"{space}/{name}" for name in _OF_THE_TRAINER} if slash else {}
    return {SERVICE: service, **beside}
