"""What an active edge node consists of: books, cloud link, inference thread, and how they stop."""

import time
from collections.abc import Callable
from typing import Any

from rclpy.client import Client
from sensor_msgs.msg import CompressedImage, Image

from laecips_edge.core.frame.counters import FrameCounters
from laecips_edge.core.frame.frame import Frame, stamp_ns
from laecips_edge.core.frame.frame_history import FrameHistory
from laecips_edge.core.frame.running_pair import RunningPair
from laecips_edge.core.frame.stamped_buffer import StampedBuffer
from laecips_edge.core.link.circuit_breaker import CircuitBreaker
from laecips_edge.core.link.in_flight import InFlightRequests
from laecips_edge.edge_parameters import steering
from laecips_edge.frame.answers import Answers
from laecips_edge.frame.cloud_link import Asked, CloudLink
from laecips_edge.frame.inference_thread import InferenceThread
from laecips_edge.frame.publishers import Publishers
from laecips_edge.ros.parameters import Parameters


class Pipeline:
    """From activation to deactivation; each activation makes a new one, and counts from zero.

    Args:
        parameters: Of the node.
        running: f, h, and who goes up.
        history: Told what they say of each frame.
        outputs: The topics.
        client: Of the cloud's service.
        on_idle: Called from the inference thread each time no frame came for a while.
        logger: The node's.
    """

    def __init__(
        self,
        *,
        parameters: Parameters,
        running: RunningPair,
        history: FrameHistory,
        outputs: Publishers,
        client: Client,
        on_idle: Callable[[], None],
        logger: Any,
    ) -> None:
        self.counters = FrameCounters()
        self.last_image_s = time.monotonic()
        self._depths: StampedBuffer[Image] = StampedBuffer()
        self.steering = steering(parameters)
        answers = Answers(outputs=outputs, counters=self.counters, on_delay=self._note_delay)
        self.in_flight: InFlightRequests[Asked] = InFlightRequests(
            max_in_flight=parameters["max_in_flight"],
            deadline_s=parameters["deadline_s"],
            breaker=CircuitBreaker(
                first_wait_s=parameters["first_retry_s"],
                longest_wait_s=max(parameters["first_retry_s"], parameters["longest_retry_s"]),
            ),
        )
        self.link = CloudLink(
            client=client,
            in_flight=self.in_flight,
            answers=answers,
            counters=self.counters,
            robot=parameters["robot"],
            jpeg_quality=parameters["jpeg_quality"],
            forward_jpeg=parameters["forward_jpeg"],
            send_scores=parameters["send_scores"],
            logger=logger,
        )
        self.worker = InferenceThread(
            running=running,
            steering=self.steering,
            history=history,
            depths=self._depths,
            link=self.link,
            answers=answers,
            counters=self.counters,
            on_idle=on_idle,
            logger=logger,
        )

    def start(self) -> None:
        """Start the threads."""
        self.link.start()
        self.worker.start()

    def stop(self) -> None:
        """Answer every frame that came in, then join the threads. Call it once images have stopped.

        The link goes first: what is on its way becomes a fallback, and so does what the inference
        thread still calls hard.
        """
        self.link.stop()
        self.worker.stop()

    def receive(self, message: Image | CompressedImage) -> None:
        """Take an image in; returns at once."""
        self.last_image_s = time.monotonic()
        self.worker.submit(
            Frame(number=self.counters.receive(), message=message, received_s=self.last_image_s)
        )

    def receive_depth(self, message: Image) -> None:
        """Keep a depth image for the picture that it belongs to."""
        self._depths.add(stamp_ns(message.header), message)

    def _note_delay(self, seconds: float, hard: bool) -> None:
        if self.steering is not None:
            self.steering.answered(seconds, hard=hard)

    def change(self, values: dict[str, Any]) -> None:
        """Let changed parameters act, on frames to come."""
        self.in_flight.max_in_flight = values.get("max_in_flight", self.in_flight.max_in_flight)
        self.in_flight.deadline_s = values.get("deadline_s", self.in_flight.deadline_s)
        self.link.jpeg_quality = values.get("jpeg_quality", self.link.jpeg_quality)
