"""The contract of a hard frame: what a robot asks, what the cloud answers."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import IntEnum
from typing import Literal


class AnswerStatus(IntEnum):
    """How a request ended; the values of laecips_msgs/srv/SegmentHardFrame."""

    OK = 0
    BAD_REQUEST = 1
    UNKNOWN_VERSION = 2
    UNAVAILABLE = 3


@dataclass(frozen=True, kw_only=True)
class HardFrameRequest:
    """One request.

    Attributes:
        request_id: unique a frame, chosen by the robot; asked again, it gets the same answer.
        robot: name of the robot.
        stamp_ns: of the picture.
        frame_id: of the picture; "" where nobody asks.
        picture: JPEG or PNG.
        picture_format: what the robot calls it; only for errors.
        depth: 16-bit PNG in millimetres, empty where there is none.
        bundle_version: version of f that the robot ran.
        classes_hash: of its classes, as its manifest has it.
        why: h called it hard, or an easy frame drawn at random.
        trust: h of the frame.
        scores: f's scores as `wire.encode_scores` makes them; empty: f is run here.
        deadline_s: the robot waits as long for the answer, seconds; 0: it does not say.
    """

    request_id: str
    robot: str
    stamp_ns: int
    picture: bytes
    picture_format: str
    depth: bytes
    bundle_version: int
    classes_hash: str
    why: Literal["hard", "audit"]
    trust: float
    scores: bytes
    deadline_s: float = 0.0
    frame_id: str = ""

    @property
    def payload(self) -> int:
        """Bytes of picture, depth and scores."""
        return len(self.picture) + len(self.depth) + len(self.scores)


@dataclass(kw_only=True)
class StageTimes:
    """Milliseconds of each stage; 0 for those that a request did not reach.

    Attributes:
        decode: picture and depth.
        scores: the class scorer, with f or the robot's scores where it asks for them.
        masks: the mask generator.
        fusion: the fusion.
        store: encoding the answer and keeping it on disk.
        wait: for the batches of before, and for others to share one.
    """

    decode: float = 0.0
    scores: float = 0.0
    masks: float = 0.0
    fusion: float = 0.0
    store: float = 0.0
    wait: float = 0.0


@dataclass(frozen=True, kw_only=True)
class HardFrameAnswer:
    """What the robot gets.

    Attributes:
        status: how it went.
        message: one line: what, where and what to do; empty when OK.
        label_map: PNG mono8 of the picture's size, 255 = no class; empty unless OK.
        confidence_map: PNG mono8, 255 = certain; empty unless OK.
        bundle_version: version of f whose scores were fused.
        times: of the stages.
        batch: requests that shared a run of the class scorer or the mask generator, this one
            included; 0 where none was run.
        repeated: answered from the replay buffer.
    """

    status: AnswerStatus
    message: str = ""
    label_map: bytes = b""
    confidence_map: bytes = b""
    bundle_version: int = 0
    times: StageTimes = field(default_factory=StageTimes)
    batch: int = 0
    repeated: bool = False

    @property
    def payload(self) -> int:
        """Bytes of both maps."""
        return len(self.label_map) + len(self.confidence_map)
