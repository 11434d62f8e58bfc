"""The parts of an active edge node: the router, its two threads, and how they start and stop."""

import uuid
from collections.abc import Callable, Mapping
from typing import Any

from rclpy.client import Client
from sensor_msgs.msg import CompressedImage, Image

from laecips_edge.core.frame.edge_settings import EdgeSettings
from laecips_edge.core.frame.frame import Frame, FrameAnswer, SeenFrame
from laecips_edge.core.frame.frame_history import FrameHistory
from laecips_edge.core.frame.health.recent_counts import RecentCounts
from laecips_edge.core.frame.newest_frames import NewestFrames
from laecips_edge.core.frame.router import AskedFrame, Router
from laecips_edge.core.frame.router_events import RouterEvents
from laecips_edge.core.frame.running_pair import Look, RunningPair
from laecips_edge.core.frame.upload import Upload
from laecips_edge.core.frame.upload_fit import UploadFit
from laecips_edge.core.image.stamps import nanoseconds
from laecips_edge.core.link.circuit_breaker import CircuitBreaker
from laecips_edge.core.link.in_flight import InFlightRequests
from laecips_edge.core.repeated_lines import RepeatedLines
from laecips_edge.frame.camera_stream import CameraOutputs, CameraStream
from laecips_edge.frame.cloud_thread import CloudThread
from laecips_edge.frame.inference_thread import InferenceThread
from laecips_edge.ros.messages.hard_frame import answer_of, request_message
from laecips_edge.ros.service_transport import ServiceTransport


class Pipeline(RouterEvents):
    """The router of all cameras with its threads, from activation to deactivation.

    Each activation makes a new one, so that its counters start from zero.

    Args:
        settings: Settings of the node at activation; `change` applies later changes.
        running: The pair (f, h) and its policy.
        history: Keeps the observation of each frame.
        outputs: Publishers of the answers to each camera, by its name.
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
        outputs: Mapping[str, CameraOutputs],
        client: Client,
        on_idle: Callable[[], None],
        logger: Any,
    ) -> None:
        self.streams = {
            name: CameraStream(name, settings=settings, outputs=outputs[name], logger=logger)
            for name in settings.camera_names
        }
        self.recent = RecentCounts()
        """The counts of all cameras together."""
        self.cloud_trouble = ""
        """What the cloud or the link to it did wrong last; empty after a useful answer."""
        self.steering = settings.steering()
        self._history = history
        self._logger = logger
        self._lines = RepeatedLines()
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
        self.router = Router(
            running=running,
            transport=self.transport,
            in_flight=self.in_flight,
            upload=self._upload,
            counters={name: stream.counters for name, stream in self.streams.items()},
            sink=self,
            threshold=self.steering,
            events=self,
            depth_of=lambda frame: self.streams[frame.camera].depth_of(frame),
            run_later=self._answers.run,
        )
        self._inference = InferenceThread(
            router=self.router,
            frames=NewestFrames(settings.priorities),
            on_idle=on_idle,
            logger=logger,
        )

    def start(self) -> None:
        """Start the threads."""
        for stream in self.streams.values():
            stream.start()
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
        for stream in self.streams.values():
            stream.stop()

    def receive(self, camera: str, message: Image | CompressedImage) -> None:
        """Hand a camera's image to the inference thread and return at once."""
        picture = self.streams[camera].arrived(message)
        if picture is not None:
            self._inference.submit(
                self.router.receive(
                    picture,
                    stamp_ns=nanoseconds(message.header.stamp),
                    frame_id=message.header.frame_id,
                    camera=camera,
                )
            )

    def receive_depth(self, camera: str, message: Image) -> None:
        """Keep a camera's depth image for the picture with its stamp."""
        self.streams[camera].add_depth(message)

    def change(self, values: dict[str, Any]) -> None:
        """Apply changed parameters to later frames.

        Args:
            values: Changed parameters by name; others than max_in_flight, deadline_s and
                jpeg_quality are ignored.
        """
        self.in_flight.max_in_flight = values.get("max_in_flight", self.in_flight.max_in_flight)
        self.in_flight.deadline_s = values.get("deadline_s", self.in_flight.deadline_s)
        self._upload.jpeg_quality = values.get("jpeg_quality", self._upload.jpeg_quality)

    def answer_now(self, seen: SeenFrame) -> None:
        """Pass f's answer on to the camera's outputs."""
        self.streams[seen.frame.camera].sink.answer_now(seen)

    def answer(self, answer: FrameAnswer) -> None:
        """Pass the final answer on to the camera's outputs."""
        self.streams[answer.seen.frame.camera].sink.answer(answer)

    def seen(self, seen: SeenFrame, look: Look) -> None:
        """Add the observation of a frame to the history."""
        self._history.add(seen, look.observation)
        self.streams[seen.frame.camera].seen(seen.frame.picture)

    def rejected(self, frame: Frame, error: Exception) -> None:
        """Log why a frame could not be used."""
        self.streams[frame.camera].rejected(error)

    def useless(self, detail: str) -> None:
        """Note what the cloud does wrong; log it once a minute."""
        if self._lines.is_new(detail):
            self._logger.warning(detail)
        self.cloud_trouble = detail

    def late(self, detail: str) -> None:
        """Keep it for the diagnostics; single late answers are not worth a line in the log."""
        self.cloud_trouble = self.cloud_trouble or detail

    def useful(self) -> None:
        """Note that the cloud is well."""
        self.cloud_trouble = ""
