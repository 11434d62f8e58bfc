"""The parts of an active edge node: the router, its two threads, and how they start and stop."""

import time
import uuid
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray
from rclpy.client import Client
from sensor_msgs.msg import CompressedImage, Image

from laecips_edge.core.frame.counters import FrameCounters
from laecips_edge.core.frame.edge_settings import EdgeSettings
from laecips_edge.core.frame.frame import AnswerSinks, Frame, SeenFrame
from laecips_edge.core.frame.frame_history import FrameHistory
from laecips_edge.core.frame.input_watch import InputWatch
from laecips_edge.core.frame.recent_counts import RecentCounts
from laecips_edge.core.frame.router import AskedFrame, Router
from laecips_edge.core.frame.router_events import RouterEvents
from laecips_edge.core.frame.running_pair import Look, RunningPair
from laecips_edge.core.frame.stamped_buffer import StampedBuffer
from laecips_edge.core.frame.upload import Upload
from laecips_edge.core.frame.upload_fit import UploadFit
from laecips_edge.core.image import image_messages
from laecips_edge.core.image.image_messages import ImageError
from laecips_edge.core.image.picture import Picture
from laecips_edge.core.image.stamps import nanoseconds
from laecips_edge.core.link.circuit_breaker import CircuitBreaker
from laecips_edge.core.link.in_flight import InFlightRequests
from laecips_edge.frame.cloud_thread import CloudThread
from laecips_edge.frame.finding_topics import FindingTopics
from laecips_edge.frame.findings_thread import FindingsThread
from laecips_edge.frame.inference_thread import InferenceThread
from laecips_edge.frame.publishers import Publishers
from laecips_edge.ros.hard_frame_messages import answer_of, request_message
from laecips_edge.ros.service_transport import ServiceTransport

DEPTH_PATIENCE_S = 0.1
"""Seconds that a picture waits for its depth image, which cameras often send a little later."""


class Pipeline(RouterEvents):
    """The router with its threads, from activation to deactivation.

    Each activation makes a new one, so that its counters start from zero.

    Args:
        settings: Settings of the node at activation; `change` applies later changes.
        running: The pair (f, h) and its policy.
        history: Keeps the observation of each frame.
        publishers: Publish the answers.
        finding_topics: Publish the findings; None without findings.
        client: Client of the cloud's service.
        on_idle: Called on the inference thread each time no frame came for a while.
        logger: Logger of the node.
    """

    def __init__(
        self,
        *,
        settings: EdgeSettings,
        running: RunningPair,
        history: FrameHistory,
        publishers: Publishers,
        finding_topics: FindingTopics | None,
        client: Client,
        on_idle: Callable[[], None],
        logger: Any,
    ) -> None:
        self.counters = FrameCounters()
        self.recent = RecentCounts()
        self.images = InputWatch()
        self.last_image_s = time.monotonic()
        self.unreadable = ""
        """What was wrong with the last image; empty if it could be used."""
        self.cloud_trouble = ""
        """What the cloud or the link to it did wrong last; empty after a useful answer."""
        self.steering = settings.steering()
        self._history = history
        self._logger = logger
        self._significant_bits = settings.significant_bits
        self._knows_bits = self._significant_bits < 16
        self._blanking = settings.privacy.blanking()
        self._depths: StampedBuffer[Image] = StampedBuffer()
        self.transport = ServiceTransport(
            client, to_message=request_message, from_message=answer_of
        )
        self.in_flight: InFlightRequests[AskedFrame] = InFlightRequests(
            max_in_flight=settings.max_in_flight,
            deadline_s=settings.deadline_s,
            breaker=CircuitBreaker(
                first_wait_s=settings.first_retry_s,
                longest_wait_s=max(settings.first_retry_s, settings.longest_retry_s),
            ),
        )
        self._answers = CloudThread(
            seconds_to_deadline=self.in_flight.seconds_to_deadline, logger=logger
        )
        self._upload = Upload(
            robot=settings.robot,
            session=f"{settings.robot}/{uuid.uuid4().hex[:12]}",
            jpeg_quality=settings.jpeg_quality,
            forward_jpeg=settings.forward_jpeg,
            send_scores=settings.send_scores,
            fit=UploadFit(settings.jpeg_deadline_share) if settings.jpeg_deadline_share else None,
        )
        self.findings: FindingsThread | None = None
        if finding_topics is not None:
            self.findings = FindingsThread(
                settings.findings,
                finding_topics.labels,
                publish=finding_topics.publish,
                depth_of=self._depth_of_findings,
                camera=lambda: publishers.camera_info.heard,
                logger=logger,
            )
        self.router = Router(
            running=running,
            transport=self.transport,
            in_flight=self.in_flight,
            upload=self._upload,
            counters=self.counters,
            sink=publishers if self.findings is None else AnswerSinks(publishers, self.findings),
            threshold=self.steering,
            events=self,
            depth_of=self._depth_of,
            run_later=self._answers.run,
        )
        self._inference = InferenceThread(router=self.router, on_idle=on_idle, logger=logger)

    def start(self) -> None:
        """Start the threads."""
        if self.findings is not None:
            self.findings.start()
        self._answers.start(self.router.expire)
        self._inference.start()

    def stop(self) -> None:
        """Answer every received frame, then join the threads; call it after the last `receive`.

        The link to the cloud stops first. Frames in flight become fallbacks, and so do the frames
        that the inference thread still finds hard.
        """
        self._answers.stop()
        self.router.stop()
        self._inference.stop()
        if self.findings is not None:
            self.findings.stop()

    def receive(self, message: Image | CompressedImage) -> None:
        """Hand an image to the inference thread and return at once."""
        stamp_ns = nanoseconds(message.header.stamp)
        self.last_image_s = time.monotonic()
        self.images.arrived(stamp_ns)
        self._inference.submit(
            self.router.receive(
                Picture(
                    message,
                    compressed=isinstance(message, CompressedImage),
                    significant_bits=self._significant_bits,
                    blanking=self._blanking,
                ),
                stamp_ns=stamp_ns,
                frame_id=message.header.frame_id,
            )
        )

    def receive_depth(self, message: Image) -> None:
        """Keep a depth image for the picture with its stamp."""
        self._depths.add(nanoseconds(message.header.stamp), message)

    def change(self, values: dict[str, Any]) -> None:
        """Apply changed parameters to later frames.

        Args:
            values: Changed parameters by name; others than max_in_flight, deadline_s and
                jpeg_quality are ignored.
        """
        self.in_flight.max_in_flight = values.get("max_in_flight", self.in_flight.max_in_flight)
        self.in_flight.deadline_s = values.get("deadline_s", self.in_flight.deadline_s)
        self._upload.jpeg_quality = values.get("jpeg_quality", self._upload.jpeg_quality)

    def seen(self, seen: SeenFrame, look: Look) -> None:
        """Add the observation of a frame to the history."""
        self._history.add(seen, look.observation)
        self.unreadable = ""
        self._warn_of_bits(seen.frame.picture)

    def _warn_of_bits(self, picture: Picture) -> None:
        """Say once if the camera's pictures are nearly black for want of `significant_bits`.

        One picture with larger values shows that the camera uses all bits, and ends the search.
        """
        if self._knows_bits or picture.compressed:
            return
        bits = image_messages.used_bits(picture.message)
        self._knows_bits = bits is None or bits > 0
        if bits is not None and 0 < bits < 16:
            self._logger.warning(
                f"{picture.message.encoding} pictures are nearly black: their values end below "
                f"{1 << bits} of 65536; if the camera has {bits} bits, set the parameter "
                f"significant_bits to {bits}"
            )

    def rejected(self, frame: Frame, error: Exception) -> None:
        """Log why a frame could not be used."""
        kind = "" if isinstance(error, ImageError) else f"{type(error).__name__}: "
        self.unreadable = f"image not used: {kind}{error}"  # no stamp: logs group equal lines
        self._logger.error(self.unreadable, throttle_duration_sec=1.0)

    def useless(self, detail: str) -> None:
        """Log what the cloud does wrong, once until it does something else or answers well."""
        if detail != self.cloud_trouble:
            self._logger.warning(detail, throttle_duration_sec=1.0)
        self.cloud_trouble = detail

    def late(self, detail: str) -> None:
        """Keep it for the diagnostics; single late answers are not worth a line in the log."""
        self.cloud_trouble = self.cloud_trouble or detail

    def useful(self) -> None:
        """Note that the cloud is well."""
        self.cloud_trouble = ""

    def _depth_of(self, frame: Frame) -> NDArray[np.uint16]:
        """Return the depth image of a frame, uint16 [H,W] in millimetres.

        Raises:
            ImageError: None came that belongs to the frame, or it holds no depth.
        """
        message = self._depths.nearest(frame.stamp_ns, timeout=DEPTH_PATIENCE_S)
        if message is None:
            raise ImageError(f"depth: {self._depths.nothing_near(frame.stamp_ns)}")
        return image_messages.to_depth(message)

    def _depth_of_findings(self, frame: Frame) -> NDArray[np.uint16] | None:
        """Return the depth image of a frame, as `_depth_of`; None if there is none."""
        try:
            return self._depth_of(frame)
        except ImageError as error:
            self._logger.warning(f"findings are not measured: {error}", once=True)
            return None
