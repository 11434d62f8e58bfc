"""Frames that robots answered while no cloud was there: put together, asked, stored for teaching.

Few robots at a time may send such frames, so that a fleet whose link is back does not flood the
cloud; the others are told to come later. The cloud answers such a frame as any hard frame, and has
stored it by then.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Final

from laecips_edge.core.link.hard_frame import AnswerStatus, HardFrameAnswer, HardFrameRequest
from laecips_edge.core.link.teaching import (
    MORE,
    Assembly,
    FramePiece,
    FramePieceAnswer,
    TeachStatus,
    decode_frame_piece,
    encode_piece_answer,
)
from laecips_edge.core.link.transport import Transport

from laecips_cloud.gateway.caller import PLAIN_TEXT, Caller, wait_for_answer
from laecips_cloud.gateway.counters import GatewayCounters
from laecips_cloud.gateway.hard_frames import request_from
from laecips_cloud.gateway.quotas import Limits, Quotas

ROBOTS: Final = 2
"""Robots that may send frames at a time; each holds at most one frame, of 16 MiB, in memory."""

IDLE_S: Final = 10.0
"""Seconds without a piece after which a robot's place is free for another."""

_STATUS: Final = {
    AnswerStatus.OK: TeachStatus.STORED,
    AnswerStatus.BAD_REQUEST: TeachStatus.REFUSED,
    AnswerStatus.UNKNOWN_VERSION: TeachStatus.REFUSED,
    AnswerStatus.UNAVAILABLE: TeachStatus.LATER,
}


@dataclass
class _Place:
    """A robot that sends a frame."""

    request_id: str
    assembly: Assembly
    used_s: float


class TeachFrames:
    """Answers pieces of frames for teaching. Thread-safe; a call blocks its own thread only.

    Args:
        transport: transport to the cloud's service of hard frames.
        limits: limits of one robot, apart from those of its hard frames; pieces in flight at most.
        counters: counters of bytes and stored frames.
        clock: monotonic seconds.
    """

    def __init__(
        self,
        transport: Transport[HardFrameRequest, HardFrameAnswer],
        *,
        limits: Limits,
        counters: GatewayCounters,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._transport = transport
        self._quotas = Quotas(limits, clock=clock)
        self._counters = counters
        self._clock = clock
        self._lock = threading.Lock()
        self._places: dict[str, _Place] = {}

    def piece(self, data: bytes, caller: Caller) -> bytes:
        """Return the serialised answer to a serialised piece.

        Raises:
            WireError: `data` is no piece, or the frame is no request, or out of bounds.
            WrongRobotError: the frame names another robot than the certificate.
            GoneError: the caller no longer waits.
        """
        robot = caller.robot or PLAIN_TEXT
        self._counters.add(robot, bytes_up=len(data))
        piece = decode_frame_piece(data)
        refused = self._quotas.admit(robot, len(data))
        if refused:
            return encode_piece_answer(_later(refused))
        try:
            return encode_piece_answer(self._answer(piece, robot, caller))
        finally:
            self._quotas.release(robot)

    def _answer(self, piece: FramePiece, robot: str, caller: Caller) -> FramePieceAnswer:
        if not self._transport.present:
            return _later("the gateway sees no cloud_node: start it")
        with self._lock:
            place = self._place(robot, piece)
            if place is None:
                return _later(f"{ROBOTS} other robots send frames for teaching now")
            frame = place.assembly.add(piece)
            if frame is not None:
                place.request_id = ""  # sent again, it is put together again
        return MORE if frame is None else self._teach(frame, caller)

    def _place(self, robot: str, piece: FramePiece) -> _Place | None:
        """Return the place of a robot's frame; None if others have all places."""
        now_s = self._clock()
        for name, place in list(self._places.items()):
            if now_s - place.used_s > IDLE_S:
                del self._places[name]
        known = self._places.get(robot)
        if known is None and len(self._places) >= ROBOTS:
            return None
        if (
            known is None
            or known.request_id != piece.request_id
            or known.assembly.size != piece.size
        ):
            known = _Place(piece.request_id, Assembly(piece.size), now_s)
            self._places[robot] = known
        known.used_s = now_s
        return known

    def _teach(self, frame: bytes, caller: Caller) -> FramePieceAnswer:
        request = replace(request_from(frame, caller), deadline_s=0.0)
        answer = wait_for_answer(self._transport, request, caller, caller.seconds_left())
        status = _STATUS.get(answer.status, TeachStatus.LATER)
        if status is TeachStatus.STORED:
            self._counters.add(caller.robot or PLAIN_TEXT, taught=1)
            return FramePieceAnswer(status=status)
        return FramePieceAnswer(status=status, message=answer.message)


def _later(message: str) -> FramePieceAnswer:
    return FramePieceAnswer(status=TeachStatus.LATER, message=message)
