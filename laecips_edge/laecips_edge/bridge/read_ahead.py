"""Pieces of a model's file, asked for before the robot asks, so that a link of long delay is full.

The robot asks for one piece after the other. While a hard frame is under way nothing is asked
ahead, and the piece that the robot asks for waits a little: on a link that hard frames never leave
alone a model still gets there, at a piece a pause, which delays a frame by one piece at most.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, Final

from laecips_edge.core.link import model_protobuf
from laecips_edge.core.link.model_protobuf import MAX_PIECE
from laecips_edge.core.link.model_update import PieceAnswer, PieceRequest, PieceStatus
from laecips_edge.core.transfer.piece_window import PieceWindow

PIECE_S: Final = 6.0
"""Seconds that a piece may take. Who asks gives up after ten."""

PAUSE_S: Final = 0.2
"""Longest wait of a piece for hard frames, in seconds."""


@dataclass
class _Asked:
    """A piece under way.

    Attributes:
        request: its request.
        future: the call.
        sent_s: when it was sent.
        took_s: seconds that it took; 0 while it is under way.
    """

    request: PieceRequest
    future: Any
    sent_s: float
    took_s: float = 0.0


class ReadAhead:
    """Asks for pieces ahead of the robot. Not safe for two threads at a time.

    Args:
        call: the gRPC method GetModel of the bulk connection.
        wait_until_idle: waits at most so many seconds until no hard frame is under way; returns
            whether so.
        clock: monotonic seconds.
    """

    def __init__(
        self,
        call: Any,
        wait_until_idle: Callable[[float], bool],
        *,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._call = call
        self._wait_until_idle = wait_until_idle
        self._clock = clock
        self._window = PieceWindow()
        self._asked: deque[_Asked] = deque()
        self._size: int | None = None

    def piece(self, request: PieceRequest) -> PieceAnswer:
        """Return the answer to a robot's request, and ask for the pieces that follow it.

        It is a piece, and those behind it that are there and that the robot has asked for: a robot
        whose processor is busy takes them together, and holds up the link less.

        Raises:
            grpc.RpcError, ValueError: the call failed, or its answer is no piece.
        """
        first = replace(request, length=min(request.length, MAX_PIECE))
        if not self._asked or self._asked[0].request != first:
            self._restart(first)
        self._ask_on(first)
        answer = self._next()
        end = request.offset + request.length
        while self._has_arrived(request.offset + len(answer.data), end):
            further = self._next()
            if further.status is not PieceStatus.OK:
                self.drop()  # the robot asks for that piece again
                break
            answer = replace(answer, data=answer.data + further.data)
        return answer

    def drop(self) -> None:
        """Cancel what was asked for."""
        while self._asked:
            self._asked.popleft().future.cancel()

    def _has_arrived(self, offset: int, end: int) -> bool:
        """Return whether the piece from `offset` on is there and ends before `end`."""
        if not self._asked:
            return False
        asked = self._asked[0]
        return (
            asked.request.offset == offset
            and offset + asked.request.length <= end
            and asked.took_s > 0
            and asked.future.exception() is None
        )

    def _next(self) -> PieceAnswer:
        """Wait for the first piece under way, and ask for more."""
        asked = self._asked.popleft()
        try:
            answer = model_protobuf.decode_piece(asked.future.result())
        except Exception:
            self.drop()
            raise
        self._window.arrived(asked.took_s or self._clock() - asked.sent_s)
        self._size = answer.size
        self._ask_on(asked.request)
        return answer

    def _restart(self, request: PieceRequest) -> None:
        self.drop()
        self._size = None
        self._wait_until_idle(PAUSE_S)
        self._ask(request)

    def _ask_on(self, request: PieceRequest) -> None:
        """Ask for the pieces after the last one under way, as many as the window has room for."""
        last = self._asked[-1].request if self._asked else request
        while self._size is not None and len(self._asked) < self._window.size:
            last = replace(last, offset=last.offset + last.length)
            if last.offset >= self._size:
                return
            if not self._wait_until_idle(0.0):
                self._window.restart()
                return
            self._ask(last)

    def _ask(self, request: PieceRequest) -> None:
        data = model_protobuf.encode_piece_request(request)
        asked = _Asked(request, self._call.future(data, timeout=PIECE_S), self._clock())
        asked.future.add_done_callback(lambda _: self._arrived(asked))
        self._asked.append(asked)

    def _arrived(self, asked: _Asked) -> None:
        asked.took_s = self._clock() - asked.sent_s
