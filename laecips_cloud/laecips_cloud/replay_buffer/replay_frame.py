"""What the replay buffer keeps of an answered frame."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, NamedTuple


@dataclass(frozen=True, kw_only=True)
class ReplayFrame:
    """One answered frame.

    Attributes:
        request_id: unique, chosen by the robot.
        robot: name of the robot.
        stamp_ns: of the picture, by the robot's clock.
        received_ns: when the request came, by the cloud's clock; time blocks are cut by it.
        bundle_version: version of f whose scores were fused.
        why: it was sent because h called it hard, or as an audit.
        trust: h of the frame, in [0, 1].
        picture: JPEG or PNG, as the robot sent it.
        depth: 16-bit PNG in millimetres, empty where the robot has none.
        label_map: F's answer, PNG mono8, 255 = no class.
        confidence_map: PNG mono8, 255 = certain.
        human_label_map: what a person says instead, PNG mono8 of the same size; empty: nothing.
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

    @property
    def size(self) -> int:
        """Bytes that count against the buffer's bound: picture, depth and all maps."""
        maps = self.label_map, self.confidence_map, self.human_label_map
        return sum(map(len, (self.picture, self.depth, *maps)))


class Waiting(NamedTuple):
    """Rows that came after another: how many there are, and the newest one's number."""

    frames: int
    newest: int


class Group(NamedTuple):
    """Frames that have something in common: `value` of it, how many, and their bytes."""

    value: str
    frames: int
    bytes: int


class TimeBlock(NamedTuple):
    """Frames that came in one stretch of time: `start_ns <= received_ns < end_ns`."""

    start_ns: int
    end_ns: int
    frames: int
