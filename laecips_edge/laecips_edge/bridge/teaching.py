"""Sends spooled frames to the cloud for teaching, behind everything else and at a bounded rate.

A frame leaves the spool when the cloud says that it has stored it, or that it never will. A frame
that is sent twice is stored once, by the id of its request.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable
from typing import Any, Final

import grpc

from laecips_edge.bridge.clouds import Cloud, Clouds
from laecips_edge.bridge.link import describe
from laecips_edge.core.link.teaching import (
    MORE,
    FramePieceAnswer,
    TeachStatus,
    decode_piece_answer,
    encode_frame_piece,
    pieces,
)
from laecips_edge.core.spool.frame_spool import FrameSpool, SpooledFrame, SpoolError

LOOK_S: Final = 1.0
"""Seconds between two looks for a frame and a cloud."""

LATER_S: Final = 5.0
"""Seconds after which a cloud that could not take a frame is tried again."""

FRAME_S: Final = 60.0
"""Seconds that a frame may take in the cloud."""

PAUSE_S: Final = 0.5
"""Seconds between two looks whether hard frames and model updates have ended."""

UNDER_WAY: Final = 2
"""Pieces under way: more would delay a hard frame's own bytes, which take the same direction."""


class Teaching:
    """A thread that empties a spool into the cloud.

    Args:
        spool: the spool.
        clouds: the addresses of the cloud.
        frames_per_minute: most frames a minute.
        busy: returns whether something else than hard frames has the link.
        tell: takes one line for the log.

    Attributes:
        taught: frames that the cloud has stored.
        refused: frames that it will never take.
        bytes: bytes sent.
        trouble: why the last frame is still in the spool, one line; empty if it is not.
    """

    def __init__(
        self,
        spool: FrameSpool,
        clouds: Clouds,
        *,
        frames_per_minute: float,
        busy: Callable[[], bool] = lambda: False,
        tell: Callable[[str], None] = lambda line: None,
    ) -> None:
        self.taught = self.refused = self.bytes = 0
        self.trouble = ""
        self._spool = spool
        self._clouds = clouds
        self._period_s = 60.0 / frames_per_minute
        self._busy = busy
        self._tell = tell
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._work, name="teaching")
        self._thread.start()

    def stop(self) -> None:
        """End the thread; close the links before, which ends its calls."""
        self._stopping.set()
        self._thread.join()

    def _work(self) -> None:
        wait_s = LOOK_S
        while not self._stopping.wait(wait_s):
            try:
                wait_s = self._step()
            except (SpoolError, grpc.RpcError, ValueError) as error:
                rpc = isinstance(error, grpc.RpcError)
                self.trouble = describe(error) if rpc else str(error)
                wait_s = LATER_S

    def _step(self) -> float:
        """Send a frame, if there is one and a cloud; return the seconds until the next step."""
        cloud = self._clouds.reached
        frame = self._spool.next() if cloud is not None else None
        if cloud is None or frame is None:
            return LOOK_S
        answer = self._send(cloud, frame)
        self.trouble = answer.message
        if answer.status is TeachStatus.STORED:
            self.taught += 1
        elif answer.status is TeachStatus.REFUSED:
            self.refused += 1
            self._tell(f"spooled frame {frame.request_id} is dropped: {answer.message}")
        else:
            return LATER_S
        self._spool.remove(frame.request_id)
        return self._period_s

    def _send(self, cloud: Cloud, frame: SpooledFrame) -> FramePieceAnswer:
        """Send all pieces of a frame; return the first answer other than MORE, or the last one."""
        under_way: deque[Any] = deque()
        answer = MORE
        for piece in pieces(frame.request_id, frame.data):
            if not self._wait_for_turn():
                return answer
            data = encode_frame_piece(piece)
            under_way.append(cloud.teach_frame.future(data, timeout=FRAME_S))
            self.bytes += len(data)
            if len(under_way) == UNDER_WAY:
                answer = self._answer_of(under_way.popleft())
                if answer.status is not TeachStatus.MORE:
                    return answer
        while under_way and answer.status is TeachStatus.MORE:
            answer = self._answer_of(under_way.popleft())
        return answer

    def _answer_of(self, call: Any) -> FramePieceAnswer:
        try:
            return decode_piece_answer(call.result())
        except grpc.RpcError as error:
            if error.code() is grpc.StatusCode.INVALID_ARGUMENT:  # no request of this protocol
                return FramePieceAnswer(status=TeachStatus.REFUSED, message=describe(error))
            raise

    def _wait_for_turn(self) -> bool:
        """Wait until nothing else needs the link; return False if the thread is to end."""
        while self._busy() or not self._clouds.wait_until_idle(PAUSE_S):
            if self._stopping.wait(PAUSE_S if self._busy() else 0.0):
                return False
        return not self._stopping.is_set()
