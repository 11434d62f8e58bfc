"""One frame on its way through the robot: as it came in, as f saw it, as it was answered."""

import threading
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from laecips_edge.core.bundle.manifest import Manifest
from laecips_edge.core.frame.counters import FrameOutcome
from laecips_edge.core.image.picture import Picture
from laecips_edge.core.inference.segmenter import Prediction
from laecips_edge.core.routing.policy import Decision


@dataclass(frozen=True, kw_only=True)
class Frame:
    """A frame as it came in.

    Attributes:
        number: The counters know it by this number.
        stamp_ns: Stamp of the image in nanoseconds; every output keeps it.
        frame_id: Of the image's header; every output keeps it.
        picture: The image, not decoded yet.
        received_s: Monotonic seconds.
    """

    number: int
    stamp_ns: int
    frame_id: str
    picture: Picture
    received_s: float


@dataclass(frozen=True, kw_only=True)
class SeenFrame:
    """A frame that f and the policy have looked at.

    Attributes:
        frame: As it came in.
        rgb: uint8 [H,W,3].
        depth: uint16 [H,W] in millimetres, where f takes it.
        prediction: f's answer.
        decision: The policy's.
        manifest: Of the pair that looked, whatever pair runs when the frame is answered.
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
        label_map: uint8 [H,W], 255 where there is no class.
        confidence_map: uint8 [H,W], 255 = certain.
        detail: One line for people, why a fallback; empty otherwise.
        bytes_up: Payload of the request, 0 where nothing was sent.
        bytes_down: Payload of the cloud's answer, 0 where nothing came.
    """

    seen: SeenFrame
    outcome: FrameOutcome
    label_map: NDArray[np.uint8]
    confidence_map: NDArray[np.uint8]
    detail: str = ""
    bytes_up: int = 0
    bytes_down: int = 0


class AnswerSink(Protocol):
    """Takes the answers to frames, from whatever thread knows them."""

    def answer_now(self, seen: SeenFrame) -> None:
        """Take what f says at once, whatever becomes of the frame."""
        ...

    def answer(self, answer: FrameAnswer) -> None:
        """Take the final answer to a frame; each frame that f saw gets exactly one."""
        ...


class NewestFrame:
    """A queue of one: a newer frame takes the place of one that nobody has looked at."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._frame: Frame | None = None
        self._closed = False

    def put(self, frame: Frame) -> Frame | None:
        """Leave a frame; return the one that it supersedes, if any."""
        with self._changed:
            superseded, self._frame = self._frame, frame
            self._changed.notify()
            return superseded

    def take(self, timeout: float) -> Frame | None:
        """Wait for a frame at most `timeout` seconds; return None where none came."""
        with self._changed:
            self._changed.wait_for(lambda: self._frame is not None or self._closed, timeout)
            frame, self._frame = self._frame, None
            return frame

    def close(self) -> None:
        """Accept no more frames; the one that waits can still be taken."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()

    @property
    def finished(self) -> bool:
        """Whether it is closed, with nothing left to take."""
        with self._changed:
            return self._closed and self._frame is None
