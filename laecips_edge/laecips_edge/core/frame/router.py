"""The route of a frame: label it, decide, ask the cloud, answer or fall back.

The edge node and the replay without ROS both route their frames here. The router knows no ROS and
starts no thread. `route` runs on one thread (inference); `expire` and the work for `run_later` run
on a second thread (the cloud's answers). They may be one thread if requests are answered at once.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from laecips_edge.core.frame.counters import FrameCounters, FrameOutcome, RecentMedian
from laecips_edge.core.frame.frame import AnswerSink, Frame, FrameAnswer, SeenFrame
from laecips_edge.core.frame.router_events import RouterEvents
from laecips_edge.core.frame.running_pair import Look, RunningPair
from laecips_edge.core.frame.upload import Upload, read_answer
from laecips_edge.core.frame.upload_fit import SentPicture
from laecips_edge.core.image.picture import Picture
from laecips_edge.core.link.hard_frame import AnswerStatus, HardFrameAnswer, HardFrameRequest
from laecips_edge.core.link.in_flight import InFlightRequests, Refusal
from laecips_edge.core.link.transport import Call, Transport
from laecips_edge.core.link.wire_error import WireError
from laecips_edge.core.routing.threshold_control import ThresholdControl

REMEMBERED_OVERDUE: Final = 32
"""Number of overdue calls whose late answers are still counted; older ones are cancelled."""

_FALLBACK: Final = {
    Refusal.OVERLOAD: FrameOutcome.FALLBACK_OVERLOAD,
    Refusal.OFFLINE: FrameOutcome.FALLBACK_OFFLINE,
}


@dataclass
class AskedFrame:
    """A frame with a request to the cloud.

    Attributes:
        seen: The frame.
        bytes_up: Payload of the request; 0 until it is made.
        sent: What was sent of the picture; None until the request is made.
        call: The request in flight; None until it is sent.
    """

    seen: SeenFrame
    bytes_up: int = 0
    sent: SentPicture | None = None
    call: Call | None = None


class Router:
    """Routes frames, and counts each of them until it ends in exactly one outcome.

    Args:
        running: The pair (f, h) and the policy; may be swapped between any two frames.
        transport: Transport to the cloud's service.
        in_flight: Admits requests to the cloud and watches their deadlines.
        upload: Makes the requests.
        counters: Count the frames of each camera; refuse a second answer to a frame.
        sink: Takes the answers.
        threshold: Steers the policy's threshold; None if it is fixed.
        events: Takes the other events.
        depth_of: Returns the depth of a frame, uint16 [H,W] in millimetres, or None; called only if
            f takes depth.
        run_later: Hands work to the thread of the cloud's answers; by default runs it at once.
        clock: Monotonic seconds.
    """

    def __init__(
        self,
        *,
        running: RunningPair,
        transport: Transport[HardFrameRequest, HardFrameAnswer],
        in_flight: InFlightRequests[AskedFrame],
        upload: Upload,
        counters: Mapping[str, FrameCounters],
        sink: AnswerSink,
        threshold: ThresholdControl | None = None,
        events: RouterEvents | None = None,
        depth_of: Callable[[Frame], NDArray[np.uint16] | None] = lambda frame: None,
        run_later: Callable[[Callable[[], None]], None] = lambda work: work(),
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.inference_ms = RecentMedian()
        self.round_trip_ms = RecentMedian()
        self._running = running
        self._transport = transport
        self._in_flight = in_flight
        self._upload = upload
        self._counters = counters
        self._sink = sink
        self._threshold = threshold
        self._events = events or RouterEvents()
        self._depth_of = depth_of
        self._run_later = run_later
        self._clock = clock
        self._overdue: deque[AskedFrame] = deque()
        self._spooled = False

    @property
    def cloud_available(self) -> bool:
        """Whether the cloud can answer a frame: it is discovered, reached, and does not fail."""
        return self._transport.present and self._in_flight.reachable and not self._spooled

    @property
    def frames_spooled(self) -> bool:
        """Whether a bridge without a cloud spooled the last frame for teaching."""
        return self._spooled

    def receive(self, picture: Picture, *, stamp_ns: int, frame_id: str, camera: str = "") -> Frame:
        """Count a received frame and return it; the arguments are its attributes."""
        return Frame(
            number=self._counters[camera].receive(),
            stamp_ns=stamp_ns,
            frame_id=frame_id,
            picture=picture,
            received_s=self._clock(),
            camera=camera,
        )

    def supersede(self, frame: Frame) -> None:
        """End a frame as superseded: a newer one came before f labelled it."""
        self._settle(frame, FrameOutcome.SUPERSEDED)

    def route(self, frame: Frame) -> None:
        """Label a frame and decide on it; then answer it or ask the cloud."""
        seen = self._look(frame)
        if seen is None:
            return
        self._sink.answer_now(seen)
        if seen.decision.hard:
            self._counters[frame.camera].want()
            self._ask(seen)
            return
        self._answer(seen, FrameOutcome.EDGE)
        self._note_delay(frame, hard=False)
        if seen.decision.audit:
            self._ask(seen)

    def expire(self) -> None:
        """Answer each frame whose deadline has passed, as a fallback."""
        for request in self._in_flight.expire():
            self._forget_later(request.frame)
            if self._upload.fit is not None and request.frame.bytes_up:
                self._upload.fit.missed(request.frame.bytes_up)
            detail = f"no answer within {request.deadline_s - request.sent_s:g} s"
            self._events.late(detail)
            self._fall_back(request.frame, FrameOutcome.FALLBACK_DEADLINE, detail)

    def stop(self) -> None:
        """Answer all frames in flight as fallbacks; send no more requests to the cloud."""
        for request in self._in_flight.drain():
            self._fall_back(request.frame, FrameOutcome.FALLBACK_OFFLINE, "the robot is stopping")
            self._overdue.append(request.frame)
        while self._overdue:
            _cancel(self._overdue.popleft())

    def _look(self, frame: Frame) -> SeenFrame | None:
        """Label a frame and decide on it; if that fails, end it as rejected and return None."""
        started_s = self._clock()
        try:
            rgb = frame.picture.rgb()
            takes_depth = self._running.current.manifest.modality == "rgbd"
            blanking = frame.picture.blanking
            depth = self._depth_of(frame) if takes_depth else None
            if depth is not None:
                depth = blanking.depth(depth)
            look = self._running.look(rgb, depth, stamp_ns=frame.draw_ns)
            of_f = look.prediction
            label_map, confidence_map = blanking.maps(of_f.label_map, of_f.confidence_map)
            seen = SeenFrame(
                frame=frame,
                rgb=rgb,
                depth=depth,
                prediction=replace(of_f, label_map=label_map, confidence_map=confidence_map),
                decision=look.decision,
                manifest=look.manifest,
            )
            self._events.seen(seen, look)
            self._steer(look)
        except Exception as error:
            # An error of the decoder or the engine on one frame must not stop the next frame.
            self._settle(frame, FrameOutcome.REJECTED)
            self._events.rejected(frame, error)
            return None
        self.inference_ms.add(1e3 * (self._clock() - started_s))
        return seen

    def _steer(self, look: Look) -> None:
        if self._threshold is not None:
            allowance = self._threshold.looked(
                look.decision,
                policy=look.policy,
                manifest=look.manifest,
                cloud_is_there=self.cloud_available,
            )
            self._running.steer(look.manifest, allowance)

    def _ask(self, seen: SeenFrame) -> None:
        """Ask the cloud; if the request is not admitted, answer a hard frame as a fallback."""
        audit = seen.decision.audit  # answered already, so it must not probe a failed cloud
        too_large = self._upload.refusal(seen)
        if too_large:
            self._events.useless(too_large)
            if not audit:
                self._answer(seen, FrameOutcome.FALLBACK_OFFLINE, detail=too_large)
            return
        key, asked = self._upload.request_id(seen), AskedFrame(seen)
        # A bridge without a cloud takes hard frames alone.
        present = self._transport.present and not (audit and self._spooled)
        refused = self._in_flight.admit(key, asked, available=present, probe=not audit)
        if refused is None:
            self._send(key, asked)
        elif not audit:
            self._answer(seen, _FALLBACK[refused.why], detail=refused.detail)

    def _send(self, key: str, asked: AskedFrame) -> None:
        camera = asked.seen.frame.camera
        try:
            request, asked.sent = self._upload.request(
                asked.seen, deadline_s=self._in_flight.deadline_s
            )
            asked.bytes_up = request.payload
            asked.call = self._transport.ask(
                request, lambda answer: self._run_later(lambda: self._receive(key, camera, answer))
            )
        except Exception as error:
            # Nothing was sent, so no answer will come: answer the frame now.
            if self._in_flight.take(key) is not None:
                asked.bytes_up = 0
                self._fail(asked, f"request not sent: {type(error).__name__}: {error}")
            return
        self._counters[camera].send(payload=asked.bytes_up, audit=asked.seen.decision.audit)
        self._run_later(self.expire)  # so that the other thread waits for the new deadline

    def _receive(self, key: str, camera: str, answer: HardFrameAnswer) -> None:
        self._counters[camera].get(payload=answer.payload)
        request = self._in_flight.take(key)
        if request is None:
            return  # too late: `take` has counted it, and the frame has its answer
        asked = request.frame
        if answer.status is AnswerStatus.SPOOLED:
            self._spool(asked, answer.message)
            return
        took_s = self._clock() - request.sent_s
        self.round_trip_ms.add(1e3 * took_s)
        try:
            maps = read_answer(answer, asked.seen, scale=asked.sent.scale if asked.sent else 1.0)
        except WireError as error:
            self._fail(asked, f"cloud: {error}", bytes_down=answer.payload)
            return
        self._in_flight.judge(useful=True)
        self._events.useful()
        self._spooled = False
        if self._upload.fit is not None:
            self._upload.fit.arrived(
                asked.bytes_up,
                took_s - sum(vars(answer.times).values()) / 1e3,
                deadline_s=request.deadline_s - request.sent_s,
            )
        if not asked.seen.decision.audit:
            self._answer(
                asked.seen,
                FrameOutcome.CLOUD,
                asked.seen.frame.picture.blanking.maps(*maps),
                sent=asked.sent,
                bytes_up=asked.bytes_up,
                bytes_down=answer.payload,
            )
        # An audit measures the delay of a hard frame too, although its frame was answered before.
        self._note_delay(asked.seen.frame, hard=True)

    def _spool(self, asked: AskedFrame, detail: str) -> None:
        """Fall back, and go on asking: a bridge that spools says at once that no cloud is there."""
        self._spooled = True
        self._in_flight.judge(useful=True)
        asked.bytes_up = 0  # not yet
        self._fall_back(asked, FrameOutcome.FALLBACK_OFFLINE, detail)

    def _fail(self, asked: AskedFrame, detail: str, *, bytes_down: int = 0) -> None:
        self._events.useless(detail)
        self._spooled = False
        self._in_flight.judge(useful=False)
        self._fall_back(asked, FrameOutcome.FALLBACK_OFFLINE, detail, bytes_down=bytes_down)

    def _fall_back(
        self, asked: AskedFrame, outcome: FrameOutcome, detail: str, *, bytes_down: int = 0
    ) -> None:
        if not asked.seen.decision.audit:
            self._answer(
                asked.seen,
                outcome,
                detail=detail,
                sent=asked.sent if asked.bytes_up else None,
                bytes_up=asked.bytes_up,
                bytes_down=bytes_down,
            )

    def _forget_later(self, asked: AskedFrame) -> None:
        self._overdue.append(asked)
        if len(self._overdue) > REMEMBERED_OVERDUE:
            _cancel(self._overdue.popleft())

    def _answer(
        self,
        seen: SeenFrame,
        outcome: FrameOutcome,
        maps: tuple[NDArray[np.uint8], NDArray[np.uint8]] | None = None,
        *,
        detail: str = "",
        sent: SentPicture | None = None,
        bytes_up: int = 0,
        bytes_down: int = 0,
    ) -> None:
        """Give a frame its final answer; `maps` are the cloud's label map and confidence map."""
        self._settle(seen.frame, outcome)
        label_map, confidence_map = maps or (
            seen.prediction.label_map,
            seen.prediction.confidence_map,
        )
        self._sink.answer(
            FrameAnswer(
                seen=seen,
                outcome=outcome,
                label_map=label_map,
                confidence_map=confidence_map,
                detail=detail,
                sent_quality=sent.quality if sent is not None else 0,
                sent_scale=sent.scale if sent is not None else 0.0,
                bytes_up=bytes_up,
                bytes_down=bytes_down,
            )
        )

    def _settle(self, frame: Frame, outcome: FrameOutcome) -> None:
        self._counters[frame.camera].settle(frame.number, outcome)

    def _note_delay(self, frame: Frame, *, hard: bool) -> None:
        if self._threshold is not None:
            self._threshold.answered(self._clock() - frame.received_s, hard=hard)


def _cancel(asked: AskedFrame) -> None:
    if asked.call is not None:
        asked.call.cancel()
