"""One frame on its way through the robot: as received, as labelled by f, as answered."""

from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from laecips_edge.core.bundle.manifest import Manifest
from laecips_edge.core.frame.counters import FrameOutcome
from laecips_edge.core.image.picture import Picture
from laecips_edge.core.inference.segmenter import Prediction
from laecips_edge.core.routing.hashed_draws import stamp_of_source
from laecips_edge.core.routing.policy import Decision


@dataclass(frozen=True, kw_only=True)
class Frame:
    """A frame as received.

    Attributes:
        number: Number of the frame in the counters.
        stamp_ns: Stamp of the image in nanoseconds; every output keeps it.
        frame_id: frame_id of the image; every output keeps it.
        picture: The image, not decoded yet.
        received_s: Time of receipt, monotonic seconds.
        camera: Name of the camera, of which the number is; "" on a robot that names none.
    """

    number: int
    stamp_ns: int
    frame_id: str
    picture: Picture
    received_s: float
    camera: str = ""

    @property
    def draw_ns(self) -> int:
        """What random draws on it depend on: its stamp, made another one for each camera."""
        return stamp_of_source(self.stamp_ns, self.camera)


@dataclass(frozen=True, kw_only=True)
class SeenFrame:
    """A frame with the answers of f and the policy.

    Attributes:
        frame: The frame as received.
        rgb: The picture, uint8 [H,W,3].
        depth: uint16 [H,W] in millimetres; None if f takes no depth.
        prediction: f's answer.
        decision: The policy's decision.
        manifest: Manifest of the pair that gave both; another pair may run when the frame is
            answered.
    """

    frame: Frame
    rgb: NDArray[np.uint8]
    depth: NDArray[np.uint16] | None
    prediction: Prediction
    decision: Decision
    manifest: Manifest


@dataclass(frozen=True, kw_only=True)
class FrameAnswer:
    """The final answer to a frame.

    Attributes:
        seen: The frame.
        outcome: EDGE, CLOUD or one of the fallbacks.
        label_map: uint8 [H,W] of the size of f's maps; 255: no class.
        confidence_map: the same; 255: certain.
        detail: Why the answer is a fallback, one line; empty otherwise.
        sent_quality: JPEG quality of the picture that was sent; 0 if none was, or the camera's own
            file.
        sent_scale: Its sides against the frame's; 0 if none was sent.
        bytes_up: Payload of the request; 0 if none was sent.
        bytes_down: Payload of the cloud's answer; 0 if none came.
    """

    seen: SeenFrame
    outcome: FrameOutcome
    label_map: NDArray[np.uint8]
    confidence_map: NDArray[np.uint8]
    detail: str = ""
    sent_quality: int = 0
    sent_scale: float = 0.0
    bytes_up: int = 0
    bytes_down: int = 0


class AnswerSink(Protocol):
    """Receives the answers to frames, on any thread."""

    def answer_now(self, seen: SeenFrame) -> None:
        """Take f's answer at once, before the frame has its final answer."""
        ...

    def answer(self, answer: FrameAnswer) -> None:
        """Take the final answer to a frame; each frame that f labelled gets exactly one."""
        ...


class AnswerSinks:
    """Hands each answer to several sinks, in their order.

    Args:
        sinks: The sinks.
    """

    def __init__(self, *sinks: AnswerSink) -> None:
        self._sinks = sinks

    def answer_now(self, seen: SeenFrame) -> None:
        """Hand on f's answer; see `AnswerSink`."""
        for sink in self._sinks:
            sink.answer_now(seen)

    def answer(self, answer: FrameAnswer) -> None:
        """Hand on the final answer; see `AnswerSink`."""
        for sink in self._sinks:
            sink.answer(answer)
