"""The robot's side of `segment_hard_frame`: hard frames go up, answers come back or time runs out.

Answers are checked and decoded, and deadlines watched, on one thread of its own, on the monotonic
clock: neither a busy executor nor simulated time can hold an answer back.
"""

import array
import itertools
import queue
import threading
import time
import uuid
from collections import deque
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from rclpy.client import Client
from rclpy.task import Future
from sensor_msgs.msg import CompressedImage

from laecips_edge.core.frame.counters import FrameCounters, FrameOutcome, RecentMedian
from laecips_edge.core.frame.frame import SeenFrame
from laecips_edge.core.link import wire
from laecips_edge.core.link.in_flight import InFlightRequests, Refusal, Request
from laecips_edge.core.link.upload import picture_to_send, scores_to_send
from laecips_edge.core.link.wire import WireError
from laecips_edge.frame.answers import Answers
from laecips_msgs.srv import SegmentHardFrame

REMEMBERED_OVERDUE = 32
"""Overdue requests whose late answers are still counted; older ones are forgotten by the client."""

FALLBACK = {
    Refusal.OVERLOAD: FrameOutcome.FALLBACK_OVERLOAD,
    Refusal.OFFLINE: FrameOutcome.FALLBACK_OFFLINE,
}


@dataclass
class Asked:
    """A frame that went up, or is about to.

    Attributes:
        seen: The frame.
        bytes_up: Payload of the request; 0 until it has gone.
        future: Of the answer; None until the request has gone.
    """

    seen: SeenFrame
    bytes_up: int = 0
    future: Future | None = None


class CloudLink:
    """Asks the cloud, and answers the frames it was asked about, each exactly once.

    Args:
        client: Of the service; its futures complete on the executor's thread.
        in_flight: Who may go, and until when.
        answers: How frames are answered.
        counters: The books.
        robot: Name of this robot.
        jpeg_quality: Of pictures encoded here, 1 to 100; may be changed any time.
        forward_jpeg: Send the camera's own JPEG where there is one.
        send_scores: Send f's softmax scores along.
        logger: For what the cloud does wrong.
    """

    def __init__(
        self,
        *,
        client: Client,
        in_flight: InFlightRequests[Asked],
        answers: Answers,
        counters: FrameCounters,
        robot: str,
        jpeg_quality: int,
        forward_jpeg: bool,
        send_scores: bool,
        logger: Any,
    ) -> None:
        self.in_flight = in_flight
        self.jpeg_quality = jpeg_quality
        self.round_trip_ms = RecentMedian()
        self._client = client
        self._answers = answers
        self._counters = counters
        self._robot = robot
        self._forward_jpeg = forward_jpeg
        self._send_scores = send_scores
        self._logger = logger
        # A bag that is played twice has the same stamps twice: ids are of this run.
        run = uuid.uuid4().hex[:12]
        self._keys = (f"{robot}/{run}/{number}" for number in itertools.count(1))
        self._overdue: deque[Asked] = deque()
        # None wakes the thread up: to look at the deadlines anew, or to stop.
        self._inbox: queue.SimpleQueue[tuple[str, Any] | None] = queue.SimpleQueue()
        self._stopping = False
        self._thread = threading.Thread(target=self._work, name="cloud link")

    def start(self) -> None:
        """Start the thread."""
        self._thread.start()

    def stop(self) -> None:
        """Answer all that is on its way as a fallback, refuse the rest, join the thread."""
        self._stopping = True
        self._inbox.put(None)
        if self._thread.ident is not None:
            self._thread.join()
        for request in self.in_flight.drain():
            self._fall_back(request.frame, FrameOutcome.FALLBACK_OFFLINE, "the robot is stopping")
            self._overdue.append(request.frame)
        while self._overdue:
            self._client.remove_pending_request(self._overdue.popleft().future)

    @property
    def present(self) -> bool:
        """Whether the cloud's service is there."""
        return bool(self._client.service_is_ready())

    @property
    def available(self) -> bool:
        """Whether a frame could go: the service is there, and does not fail."""
        return self.present and self.in_flight.reachable

    def ask(self, seen: SeenFrame) -> None:
        """Send a hard frame, or answer it as a fallback at once where it may not go."""
        key, asked = next(self._keys), Asked(seen)
        refused = self.in_flight.admit(key, asked, available=self.present)
        if refused is None:
            self._send(key, asked)
        else:
            self._answers.fallback(seen, FALLBACK[refused.why], refused.detail)

    def audit(self, seen: SeenFrame) -> None:
        """Send an easy frame, answered already, where there is room for it."""
        key, asked = next(self._keys), Asked(seen)
        if self.in_flight.admit(key, asked, available=self.present, probe=False) is None:
            self._send(key, asked)

    def _send(self, key: str, asked: Asked) -> None:
        try:
            request = self._request(key, asked.seen)
            asked.future = self._client.call_async(request)
        except Exception as error:
            # Nothing was sent that could come back: the frame is answered here and now.
            if self.in_flight.take(key) is not None:
                self._useless(asked, f"request not sent: {type(error).__name__}: {error}")
            return
        asked.bytes_up = len(request.image.data) + len(request.depth.data) + len(request.scores)
        self._counters.send(payload=asked.bytes_up, audit=asked.seen.decision.audit)
        asked.future.add_done_callback(lambda done: self._inbox.put((key, done.result())))
        self._inbox.put(None)

    def _request(self, key: str, seen: SeenFrame) -> SegmentHardFrame.Request:
        message = seen.frame.message
        forward = self._forward_jpeg and isinstance(message, CompressedImage)
        picture = picture_to_send(
            seen.rgb, original=message.data if forward else None, quality=self.jpeg_quality
        )
        request = SegmentHardFrame.Request(
            request_id=key,
            robot=self._robot,
            header=message.header,
            image=CompressedImage(header=message.header, format="jpeg", data=_bytes(picture)),
            bundle_version=seen.manifest.version,
            classes_hash=seen.manifest.classes_hash,
            why=(
                SegmentHardFrame.Request.AUDIT
                if seen.decision.audit
                else SegmentHardFrame.Request.HARD
            ),
            confidence=seen.decision.confidence,
            deadline_s=self.in_flight.deadline_s,
        )
        if seen.depth is not None:
            request.depth.header = message.header
            request.depth.format = "png"
            request.depth.data = _bytes(wire.encode_depth(seen.depth))
        if self._send_scores:
            temperature = seen.manifest.temperature
            request.scores = _bytes(scores_to_send(seen.prediction.logits, temperature=temperature))
        return request

    def _work(self) -> None:
        while not self._stopping:
            try:
                item = self._inbox.get(timeout=self.in_flight.seconds_to_deadline())
            except queue.Empty:
                item = None
            try:
                if item is not None:
                    self._receive(*item)
                for request in self.in_flight.expire():
                    self._expire(request)
            except Exception as error:
                # As in the worker: one frame stays pending, the others get their answers.
                self._logger.error(f"an answer of the cloud was not published: {error!r}")

    def _receive(self, key: str, response: SegmentHardFrame.Response) -> None:
        payload = len(response.label_map.data) + len(response.confidence_map.data)
        self._counters.get(payload=payload)
        request = self.in_flight.take(key)
        if request is None:
            return  # too late: the in_flight has counted it, and its frame was answered
        asked = request.frame
        self.round_trip_ms.add(1e3 * (time.monotonic() - request.sent_s))
        try:
            label_map, confidence_map = read_response(response, asked.seen)
        except WireError as error:
            self._useless(asked, f"cloud: {error}", bytes_down=payload)
            return
        self.in_flight.judge(useful=True)
        if asked.seen.decision.audit:
            self._answers.audited(asked.seen)
        else:
            self._answers.cloud(
                asked.seen,
                label_map=label_map,
                confidence_map=confidence_map,
                bytes_up=asked.bytes_up,
                bytes_down=payload,
            )

    def _expire(self, request: Request[Asked]) -> None:
        self._overdue.append(request.frame)
        if len(self._overdue) > REMEMBERED_OVERDUE:
            self._client.remove_pending_request(self._overdue.popleft().future)
        waited_s = request.deadline_s - request.sent_s
        detail = f"no answer within {waited_s:g} s"
        self._fall_back(request.frame, FrameOutcome.FALLBACK_DEADLINE, detail)

    def _useless(self, asked: Asked, detail: str, *, bytes_down: int = 0) -> None:
        self._logger.warning(detail, throttle_duration_sec=1.0)
        self.in_flight.judge(useful=False)
        self._fall_back(asked, FrameOutcome.FALLBACK_OFFLINE, detail, bytes_down=bytes_down)

    def _fall_back(
        self, asked: Asked, outcome: FrameOutcome, detail: str, *, bytes_down: int = 0
    ) -> None:
        if not asked.seen.decision.audit:  # an audit's frame was answered before it went
            self._answers.fallback(
                asked.seen, outcome, detail, bytes_up=asked.bytes_up, bytes_down=bytes_down
            )


def read_response(
    response: SegmentHardFrame.Response, seen: SeenFrame
) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
    """Check and decode what the cloud said of a frame.

    Args:
        response: As it came.
        seen: The frame that was asked about.

    Returns:
        Label map and confidence map, uint8 [H,W] of the frame's size.

    Raises:
        WireError: a refusal, or a label map or confidence map that cannot be this frame's.
    """
    if response.status != SegmentHardFrame.Response.OK:
        reason = " ".join(response.message.split()) or "no reason given"
        raise WireError(f"refused ({response.status}): {reason}")
    height, width = seen.prediction.label_map.shape
    return (
        wire.decode_label_map(response.label_map.data, (height, width), len(seen.manifest.classes)),
        wire.decode_confidence_map(response.confidence_map.data, (height, width)),
    )


def _bytes(data: bytes | array.array) -> array.array:
    """The type that rclpy takes for uint8[] without looking at each element."""
    return data if isinstance(data, array.array) else array.array("B", data)
