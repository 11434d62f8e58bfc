"""What an active edge node knows of one camera: its counters, images, depth, findings."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sensor_msgs.msg import CompressedImage, Image

from laecips_edge.core.frame.counters import FrameCounters
from laecips_edge.core.frame.edge_settings import EdgeSettings
from laecips_edge.core.frame.frame import AnswerSink, AnswerSinks, Frame
from laecips_edge.core.frame.health.input_watch import InputWatch
from laecips_edge.core.frame.health.recent_counts import RecentCounts
from laecips_edge.core.frame.rate_gate import RateGate
from laecips_edge.core.frame.stamped_buffer import StampedBuffer
from laecips_edge.core.image import image_messages
from laecips_edge.core.image.image_messages import ImageError
from laecips_edge.core.image.picture import Picture
from laecips_edge.core.image.stamps import nanoseconds
from laecips_edge.core.repeated_lines import RepeatedLines
from laecips_edge.frame.finding_topics import FindingTopics
from laecips_edge.frame.findings_thread import FindingsThread
from laecips_edge.frame.publishers import Publishers

DEPTH_PATIENCE_S = 0.1
"""Seconds that a picture waits for its depth image, which cameras often send a little later."""


@dataclass(frozen=True, kw_only=True)
class CameraOutputs:
    """Where the answers to a camera's frames go.

    Attributes:
        publishers: topics of the answers.
        findings: topics of the findings; None without findings.
    """

    publishers: Publishers
    findings: FindingTopics | None


class CameraStream:
    """One camera's frames, from activation to deactivation.

    Args:
        name: the camera's name; "" on a robot that names none.
        settings: settings of the node.
        outputs: the topics of the answers.
        logger: logger of the node.
    """

    def __init__(
        self, name: str, *, settings: EdgeSettings, outputs: CameraOutputs, logger: Any
    ) -> None:
        self.name = name
        self.counters = FrameCounters()
        self.recent = RecentCounts()
        self.images = InputWatch()
        self.skipped = 0
        """Images beyond the largest rate; they arrived, and nothing was done with them."""
        self.last_image_s = time.monotonic()
        self.unreadable = ""
        """What was wrong with the last image; empty if it could be used."""
        self.rejection = ""
        """What was wrong with the last image that could not be used; empty if all could."""
        publishers = outputs.publishers
        self.findings: FindingsThread | None = None
        self.sink: AnswerSink = publishers
        """Takes the answers to its frames."""
        if outputs.findings is not None:
            self.findings = FindingsThread(
                settings.findings.of_camera(name, cameras=len(settings.camera_names)),
                outputs.findings.labels,
                publish=outputs.findings.publish,
                depth_of=self._depth_of_findings,
                camera=lambda: publishers.camera_info.heard,
                logger=logger,
            )
            self.sink = AnswerSinks(publishers, self.findings)
        self._gate = RateGate(settings.rates.get(name, 0.0))
        self._significant_bits = settings.significant_bits
        self._knows_bits = settings.significant_bits < 16
        self._blanking = settings.privacy.blanking(name)
        self._depths: StampedBuffer[Image] = StampedBuffer()
        self._logger = logger
        self._lines = RepeatedLines()
        self._of = f"{name}: " if name else ""  # begins lines of the log

    def start(self) -> None:
        """Start the thread of the findings, if there are any."""
        if self.findings is not None:
            self.findings.start()

    def stop(self) -> None:
        """Close all findings and join their thread; call it after the last answer."""
        if self.findings is not None:
            self.findings.stop()

    def arrived(self, message: Image | CompressedImage) -> Picture | None:
        """Count an image; return its picture, not decoded, or None if the rate is exceeded."""
        self.last_image_s = time.monotonic()
        self.images.arrived(nanoseconds(message.header.stamp))
        if not self._gate.passes():
            self.skipped += 1
            return None
        return Picture(
            message,
            compressed=isinstance(message, CompressedImage),
            significant_bits=self._significant_bits,
            blanking=self._blanking,
        )

    def add_depth(self, message: Image) -> None:
        """Keep a depth image for the picture with its stamp."""
        self._depths.add(nanoseconds(message.header.stamp), message)

    def depth_of(self, frame: Frame) -> NDArray[np.uint16]:
        """Return the depth image of a frame, uint16 [H,W] in millimetres.

        Raises:
            ImageError: None came that belongs to the frame, or it holds no depth.
        """
        message = self._depths.nearest(frame.stamp_ns, timeout=DEPTH_PATIENCE_S)
        if message is None:
            raise ImageError(f"depth: {self._depths.nothing_near(frame.stamp_ns)}")
        return image_messages.to_depth(message)

    def _depth_of_findings(self, frame: Frame) -> NDArray[np.uint16] | None:
        """Return the depth image of a frame, as `depth_of`; None if there is none."""
        try:
            return self.depth_of(frame)
        except ImageError as error:
            self._logger.warning(f"{self._of}findings are not measured: {error}", once=True)
            return None

    def seen(self, picture: Picture) -> None:
        """Note that a picture could be used.

        Says once if the camera's pictures are nearly black for want of `significant_bits`. One
        picture with larger values shows that the camera uses all bits, and ends the search.
        """
        self.unreadable = ""
        if self._knows_bits or picture.compressed:
            return
        bits = image_messages.used_bits(picture.message)
        self._knows_bits = bits is None or bits > 0
        if bits is not None and 0 < bits < 16:
            self._logger.warning(
                f"{self._of}{picture.message.encoding} pictures are nearly black: their values end "
                f"below {1 << bits} of 65536; if the camera has {bits} bits, set the parameter "
                f"significant_bits to {bits}"
            )

    def rejected(self, error: Exception) -> None:
        """Note why a picture could not be used; log it once a minute."""
        kind = "" if isinstance(error, ImageError) else f"{type(error).__name__}: "
        self.rejection = f"{kind}{error}"
        self.unreadable = f"image not used: {self.rejection}"
        if self._lines.is_new(self.unreadable):
            self._logger.error(self._of + self.unreadable)
