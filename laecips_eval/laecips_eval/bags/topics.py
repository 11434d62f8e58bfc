"""Topics of the project's bags, their QoS, and the content of the class topic."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import yaml
from rosbags.interfaces import (
    Qos,
    QosDurability,
    QosHistory,
    QosLiveliness,
    QosReliability,
    QosTime,
)

IMAGE = "/camera/image/compressed"
TRUTH = "/camera/truth"
CLASSES = "/camera/classes"
DISTURBANCES = "/camera/disturbances"
"""What troubled which frames of a generated drive: for reports; no node subscribes to it."""

COMPRESSED_IMAGE = "sensor_msgs/msg/CompressedImage"
RAW_IMAGE = "sensor_msgs/msg/Image"
STRING = "std_msgs/msg/String"

FRAME_ID = "camera_optical_frame"

_FOREVER = QosTime(0, 0)


class BagError(ValueError):
    """A bag cannot be used; the message is one line: what is wrong, where, and what to do."""


def _reliable(durability: QosDurability, depth: int) -> Qos:
    return Qos(
        history=QosHistory.KEEP_LAST,
        depth=depth,
        reliability=QosReliability.RELIABLE,
        durability=durability,
        deadline=_FOREVER,
        lifespan=_FOREVER,
        liveliness=QosLiveliness.AUTOMATIC,
        liveliness_lease_duration=_FOREVER,
        avoid_ros_namespace_conventions=False,
    )


STREAM = _reliable(QosDurability.VOLATILE, 10)
LATCHED = _reliable(QosDurability.TRANSIENT_LOCAL, 1)


@dataclass(frozen=True)
class Segment:
    """A stretch of a bag with a name.

    Attributes:
        name: name of the stretch.
        start: index of its first image.
        stop: index after its last image.
    """

    name: str
    start: int
    stop: int


@dataclass(frozen=True)
class Legend:
    """Classes, colours, segments and disturbances of a bag; all empty for a bag without truth.

    Attributes:
        classes: class names; a label is an index into them.
        palette: one (R, G, B) colour per class.
        segments: named stretches, in order.
        disturbances: stretches with trouble, in order, named by its kind; they do not overlap.
    """

    classes: Sequence[str] = ()
    palette: Sequence[tuple[int, int, int]] = ()
    segments: Sequence[Segment] = ()
    disturbances: Sequence[Segment] = ()

    def to_yaml(self) -> str:
        """Return the text of the class topic."""
        content = {
            "classes": list(self.classes),
            "palette": [list(colour) for colour in self.palette],
            "segments": [vars(segment) for segment in self.segments],
        }
        return str(yaml.safe_dump(content, sort_keys=False, default_flow_style=None))

    @staticmethod
    def from_yaml(text: str) -> Legend:
        """Parse the text of the class topic; raise BagError if it is malformed."""
        try:
            content = yaml.safe_load(text)
            legend = Legend(
                classes=tuple(str(name) for name in content["classes"]),
                palette=tuple((int(r), int(g), int(b)) for r, g, b in content["palette"]),
                segments=_stretches(content["segments"]),
            )
        except (yaml.YAMLError, KeyError, TypeError, ValueError) as error:
            raise BagError(
                f"{CLASSES} is no YAML with classes, palette, segments: {error!r}"
            ) from error
        if len(legend.classes) != len(legend.palette):
            raise BagError(
                f"{CLASSES}: {len(legend.classes)} classes but {len(legend.palette)} colours"
            )
        return legend


def disturbances_to_yaml(disturbances: Sequence[Segment]) -> str:
    """Return the text of the topic of disturbances."""
    content = {"disturbances": [vars(part) for part in disturbances]}
    return str(yaml.safe_dump(content, sort_keys=False, default_flow_style=None))


def disturbances_from_yaml(text: str) -> tuple[Segment, ...]:
    """Parse the text of the topic of disturbances; raise BagError if it is malformed."""
    try:
        return _stretches(yaml.safe_load(text)["disturbances"])
    except (yaml.YAMLError, KeyError, TypeError, ValueError) as error:
        raise BagError(f"{DISTURBANCES} is no YAML with disturbances: {error!r}") from error


def _stretches(content: Sequence[Mapping[str, Any]]) -> tuple[Segment, ...]:
    return tuple(
        Segment(str(part["name"]), int(part["start"]), int(part["stop"])) for part in content
    )
