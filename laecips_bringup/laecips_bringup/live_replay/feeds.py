"""The topics that the runner of a replay subscribes to."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum, auto

from laecips_edge.launching.node_spec import NodeSpec
from sensor_msgs.msg import CompressedImage, Image

from laecips_msgs.msg import (
    BridgeStatus,
    CloudStatus,
    EdgeStatus,
    FindingArray,
    ModelReport,
    PlayedFrame,
    Segmentation,
    TrainerStatus,
)


class Kind(Enum):
    """What a message means to the runner."""

    PLAYED = auto()
    SEGMENTATION = auto()
    LABEL_MAP = auto()
    LABEL_MAP_NOW = auto()
    OVERLAY = auto()
    FINDINGS = auto()
    EDGE_STATUS = auto()
    CLOUD_STATUS = auto()
    TRAINER_STATUS = auto()
    MODEL_REPORT = auto()
    BRIDGE_STATUS = auto()

    @property
    def of_cloud(self) -> bool:
        """Whether it is published on the cloud's side."""
        return self in (Kind.CLOUD_STATUS, Kind.TRAINER_STATUS)


@dataclass(frozen=True, kw_only=True)
class Feed:
    """One topic that the runner subscribes to.

    Attributes:
        kind: meaning of its messages.
        topic: full topic name.
        message: the message class.
        type_name: `package/msg/Name`.
        recorded: whether it is written to the result bag.
    """

    kind: Kind
    topic: str
    message: type
    type_name: str
    recorded: bool


def feeds(
    *,
    edge: NodeSpec,
    cloud: NodeSpec,
    player: NodeSpec,
    trainer: NodeSpec | None = None,
    overlay: bool = True,
    bridge: NodeSpec | None = None,
) -> Sequence[Feed]:
    """Return the topics of one graph.

    Args:
        edge: the edge node.
        cloud: the cloud node.
        player: the bag player.
        trainer: the trainer node; None where there is none.
        overlay: whether to include the overlay, which the edge node draws only for a subscriber.
        bridge: the bridge node; None where there is none.
    """
    found = [
        _feed(Kind.PLAYED, player, "played", PlayedFrame, "laecips_msgs", recorded=False),
        _feed(Kind.SEGMENTATION, edge, "segmentation", Segmentation, "laecips_msgs"),
        _feed(Kind.LABEL_MAP, edge, "label_map", Image, "sensor_msgs"),
        _feed(Kind.LABEL_MAP_NOW, edge, "label_map_now", Image, "sensor_msgs", recorded=False),
        _feed(Kind.FINDINGS, edge, "findings", FindingArray, "laecips_msgs"),
        _feed(Kind.EDGE_STATUS, edge, "status", EdgeStatus, "laecips_msgs"),
        _feed(Kind.CLOUD_STATUS, cloud, "status", CloudStatus, "laecips_msgs"),
    ]
    if overlay:
        found.append(
            _feed(Kind.OVERLAY, edge, "overlay/compressed", CompressedImage, "sensor_msgs")
        )
    if trainer is not None:
        found += [
            _feed(Kind.TRAINER_STATUS, trainer, "status", TrainerStatus, "laecips_msgs"),
            Feed(
                kind=Kind.MODEL_REPORT,
                # Both nodes publish it in their namespace, not below their name.
                topic=f"{edge.namespace.rstrip('/')}/model_report",
                message=ModelReport,
                type_name="laecips_msgs/msg/ModelReport",
                recorded=True,
            ),
        ]
    if bridge is not None:
        found.append(_feed(Kind.BRIDGE_STATUS, bridge, "status", BridgeStatus, "laecips_msgs"))
    return found


def _feed(
    kind: Kind, node: NodeSpec, name: str, message: type, package: str, *, recorded: bool = True
) -> Feed:
    return Feed(
        kind=kind,
        topic=node.topic(name),
        message=message,
        type_name=f"{package}/msg/{message.__name__}",
        recorded=recorded,
    )
