"""The contract of a hard frame: the robot's request and the cloud's answer."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import IntEnum
from typing import Final, Literal

MOST_PIXELS: Final = 1 << 23
"""Largest picture of a hard frame, slightly above 4K: a cloud's scores of 11 classes then take 370
MB. A robot does not send larger ones, and a cloud refuses them before it decodes them."""

THUMBNAIL_SIDE: Final = 8
"""Rows and columns of a thumbnail."""


class AnswerStatus(IntEnum):
    """How a request ended; the values of laecips_msgs/srv/SegmentHardFrame."""

    OK = 0
    BAD_REQUEST = 1
    UNKNOWN_VERSION = 2
    UNAVAILABLE = 3
    SPOOLED = 4


@dataclass(frozen=True, kw_only=True)
class HardFrameRequest:
    """A request for one frame.

    Attributes:
        request_id: unique for each frame, chosen by the robot; a repeated request gets the same
            answer.
        robot: name of the robot.
        stamp_ns: stamp of the picture in nanoseconds.
        frame_id: frame_id of the picture; "" if it is not needed.
        thumbnail: the picture as 8 x 8 pixels RGB, row by row, uint8; empty: none. A spool compares
            pictures by it; it does not cross the network.
        picture: JPEG or PNG file.
        picture_format: the robot's name of the format, only for errors.
        depth: 16-bit PNG in millimetres; empty if there is no depth.
        bundle_version: version of f that the robot ran.
        classes_hash: hash of its classes, from its manifest.
        why: "hard", or "audit" for an easy frame that was drawn at random.
        trust: h's output for the frame, in [0, 1].
        scores: f's scores as `wire.encode_scores` makes them; empty: the cloud runs f itself.
        deadline_s: seconds that the robot waits for the answer; 0: not given.
        blanked: which pixels the robot has blanked, 1, as `wire.encode_label_map` makes it; empty:
            none. They get no class.
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
    thumbnail: bytes = b""
    blanked: bytes = b""

    @property
    def payload(self) -> int:
        """Bytes of picture, depth, scores and what is blanked."""
        return len(self.picture) + len(self.depth) + len(self.scores) + len(self.blanked)


@dataclass(kw_only=True)
class StageTimes:
    """Milliseconds of each stage; 0 for a stage that the request did not reach.

    Attributes:
        decode: decoding picture and depth.
        scores: the class scorer, including f or the robot's scores if it uses them.
        masks: the mask generator.
        fusion: the fusion.
        store: encoding the answer and writing it to disk.
        wait: waiting for earlier batches, and for other requests to share one.
    """

    decode: float = 0.0
    scores: float = 0.0
    masks: float = 0.0
    fusion: float = 0.0
    store: float = 0.0
    wait: float = 0.0


@dataclass(frozen=True, kw_only=True)
class HardFrameAnswer:
    """The answer to a `HardFrameRequest`.

    Attributes:
        status: outcome of the request.
        message: one line: what, where and what to do; empty if OK.
        label_map: of the picture's size, as `wire.encode_label_map` makes it; 255: no class; empty
            unless OK.
        confidence_map: as `wire.encode_confidence_map` makes it; 255: certain; empty unless OK.
        bundle_version: version of f whose scores were fused.
        times: times of the stages.
        batch: number of requests that shared a run of the class scorer or the mask generator, this
            one included; 0 if none was run.
        repeated: whether the answer is from the replay buffer.
        unkept: why the replay buffer did not take the frame; empty if it did, or the frame has no
            answer. It stays in the cloud.
    """

    status: AnswerStatus
    message: str = ""
    label_map: bytes = b""
    confidence_map: bytes = b""
    bundle_version: int = 0
    times: StageTimes = field(default_factory=StageTimes)
    batch: int = 0
    repeated: bool = False
    unkept: str = ""

    @property
    def payload(self) -> int:
        """Bytes of both maps."""
        return len(self.label_map) + len(self.confidence_map)
