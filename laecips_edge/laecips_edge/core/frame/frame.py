"""One frame on its way through the edge node."""

import threading
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from laecips_edge.core.bundle.manifest import Manifest
from laecips_edge.core.image import image_messages
from laecips_edge.core.image.image_messages import nanoseconds
from laecips_edge.core.inference.segmenter import Prediction
from laecips_edge.core.routing.policy import Decision


def stamp_ns(header: Any) -> int:
    """Stamp of a std_msgs/Header in nanoseconds."""
    return nanoseconds(header.stamp)


@dataclass(frozen=True, kw_only=True)
class Frame:
    """An image as it came in.

    Attributes:
        number: By which the counters knows it.
        message: sensor_msgs/Image or CompressedImage.
        received_s: Monotonic seconds.
    """

    number: int
    message: Any
    received_s: float

    @property
    def header(self) -> Any:
        """std_msgs/Header of the input, which every output keeps."""
        return self.message.header

    @property
    def stamp_ns(self) -> int:
        """Stamp in nanoseconds."""
        return stamp_ns(self.message.header)

    def rgb(self) -> NDArray[np.uint8]:
        """Decode: uint8 [H,W,3]; ImageError where it cannot be read."""
        if hasattr(self.message, "format"):
            return image_messages.decode_compressed(self.message.data, self.message.format)
        return image_messages.to_rgb(self.message)


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


class NewestFrame:
    """A queue of one: a newer frame takes the place of one that nobody has looked at."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._frame: Frame | None = None
        self._closed = False

    def put(self, frame: Frame) -> Frame | None:
        """Leave a frame; the one that it supersedes, if any."""
        with self._changed:
            superseded, self._frame = self._frame, frame
            self._changed.notify()
            return superseded

    def take(self, timeout: float) -> Frame | None:
        """Wait for a frame at most `timeout` seconds; None where none came."""
        with self._changed:
            self._changed.wait_for(lambda: self._frame is not None or self._closed, timeout)
            frame, self._frame = self._frame, None
            return frame

    def close(self) -> None:
        """No more frames will come; the one that waits can still be taken."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()

    @property
    def finished(self) -> bool:
        """Closed, and nothing left to take."""
        with self._changed:
            return self._closed and self._frame is None
