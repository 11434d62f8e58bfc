"""Where a robot's pictures come from: the topics of its camera, or of several named ones."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from laecips_edge.core.frame.camera_settings import refuse_cameras

RAW: Final = "raw"
COMPRESSED: Final = "compressed"
TRANSPORTS: Final = (RAW, COMPRESSED)

_IMAGE: Final = "image"


@dataclass(frozen=True, kw_only=True)
class CameraTopics:
    """The topics of a robot's cameras.

    Attributes:
        names: names of the cameras; empty: one without a name.
        bases: base topic of each camera, by its name; "" is the one without a name.
        transport: raw or compressed; empty: what the parameter file says.
    """

    names: tuple[str, ...]
    bases: Mapping[str, str]
    transport: str

    @property
    def remappings(self) -> dict[str, str]:
        """The node's names of the topics, for both transports, mapped to the cameras' own."""
        found: dict[str, str] = {}
        for name, base in self.bases.items():
            mine = f"{name}/{_IMAGE}" if name else _IMAGE
            if base != mine:
                found |= {mine: base, f"{mine}/{COMPRESSED}": f"{base}/{COMPRESSED}"}
        return found


def camera_topics(image_topic: str, image_transport: str, cameras: str) -> CameraTopics:
    """Return the topics that a launch file's arguments name.

    Args:
        image_topic: the one camera's base topic, or that with `/compressed`, as `ros2 topic list`
            shows it; then the transport is compressed.
        image_transport: raw, or compressed for `<topic>/compressed`; empty: what the parameter file
            says.
        cameras: NAME or NAME=TOPIC of several cameras, with commas between them; the topic as
            above, `NAME/image` where none is given. Empty: one camera.

    Raises:
        ValueError: the transport is unknown or not the topic's, a name cannot be one, both
            arguments are given, or the cameras' transports differ.
    """
    if image_transport and image_transport not in TRANSPORTS:
        raise ValueError(
            f"image_transport {image_transport!r} is unknown: use one of {', '.join(TRANSPORTS)}"
        )
    given = [each.strip().partition("=") for each in cameras.split(",") if each.strip()]
    names = tuple(name.strip() for name, _, _ in given)
    if (refused := refuse_cameras(names)) is not None:
        raise ValueError(f"cameras: {refused}")
    if names and image_topic != _IMAGE:
        raise ValueError("image_topic and cameras: give one of them, cameras:=NAME=TOPIC,...")
    topics = {
        name: topic.strip() or f"{name}/{_IMAGE}"
        for name, (_, _, topic) in zip(names, given, strict=True)
    } or {"": image_topic}
    bases = {name: topic.removesuffix(f"/{COMPRESSED}") for name, topic in topics.items()}
    compressed = [name for name, topic in topics.items() if topic != bases[name]]
    if compressed and image_transport == RAW:
        raise ValueError(
            f"image_transport is {RAW}, and {topics[compressed[0]]} is {COMPRESSED}: give one of "
            "them"
        )
    if compressed and len(compressed) < len(bases):
        (other, *_) = (name for name in names if name not in compressed)
        raise ValueError(
            f"cameras: {compressed[0]} is compressed and {other} is not: one node takes one "
            "transport; take the same of all, or start a node in a namespace of its own"
        )
    return CameraTopics(
        names=names, bases=bases, transport=COMPRESSED if compressed else image_transport
    )
