"""The records of the replay buffer: a frame with its answer, and summaries of many."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, NamedTuple


@dataclass(frozen=True, kw_only=True)
class ReplayFrame:
    """One answered frame.

    Attributes:
        request_id: unique, chosen by the robot.
        robot: name of the robot.
        stamp_ns: stamp of the picture, by the robot's clock.
        received_ns: arrival of the request, by the cloud's clock; time blocks are cut by it.
        bundle_version: version of f whose scores were fused.
        why: reason of the upload: h called the frame hard, or it is an audit.
        trust: h of the frame, in [0, 1].
        picture: JPEG or PNG, as the robot sent it.
        depth: 16-bit PNG in millimetres; empty if the robot has none.
        label_map: F's answer, as `wire.encode_label_map` makes it; 255 = no class.
        confidence_map: as `wire.encode_confidence_map` makes it; 255 = certain. Older files have
            PNG in both.
        human_label_map: a person's label map, which replaces F's in training; PNG mono8 of the
            same size; empty: none.
        held_out: whether the person's label map is truth for the promotion gate, from which
            nothing learns.
        label_task: the labelling task in which the frame waits for a person; empty: none.
    """

    request_id: str
    robot: str
    stamp_ns: int
    received_ns: int
    bundle_version: int
    why: Literal["hard", "audit"]
    trust: float
    picture: bytes
    depth: bytes
    label_map: bytes
    confidence_map: bytes
    human_label_map: bytes = b""
    held_out: bool = False
    label_task: str = ""

    @property
    def size(self) -> int:
        """Bytes that count towards the buffer's bound: picture, depth and all maps."""
        maps = self.label_map, self.confidence_map, self.human_label_map
        return sum(map(len, (self.picture, self.depth, *maps)))


class Waiting(NamedTuple):
    """New rows of the buffer: their number, and the number of the row that came last."""

    frames: int
    newest: int


class Glimpse(NamedTuple):
    """What little of a frame tells a scene from another; see `ReplayFrame`."""

    bundle_version: int
    trust: float
    label_map: bytes


class HumanLabels(NamedTuple):
    """Frames with a person's label map: their number, and the number of those held out."""

    frames: int
    held_out: int


class Group(NamedTuple):
    """Frames that share the value of a column: the value, their number and their bytes."""

    value: str
    frames: int
    bytes: int


class TimeBlock(NamedTuple):
    """A block of time and the number of its frames, `start_ns <= received_ns < end_ns`."""

    start_ns: int
    end_ns: int
    frames: int
