"""A `Transport` of hard frames over gRPC."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Any, Final

import grpc

from laecips_edge.bridge.link import Link, describe
from laecips_edge.core.frame.counters import RecentMedian
from laecips_edge.core.link import protobuf
from laecips_edge.core.link.hard_frame import AnswerStatus, HardFrameAnswer, HardFrameRequest
from laecips_edge.core.link.transport import Call
from laecips_edge.core.link.wire_error import WireError
from laecips_edge.core.on_the_way import OnTheWay

DEADLINE_S: Final = 30.0
"""Of a request that names none."""


class GrpcTransport:
    """A transport that asks the gateway over a link. Thread-safe.

    A call that fails is answered UNAVAILABLE at once, without a wait for the deadline.

    Args:
        link: connection to the gateway; the caller closes it.
        clock: monotonic seconds.

    Attributes:
        round_trip_ms: recent median of a whole request, milliseconds.
        bytes_per_s: recent median of the transfer rate of requests and answers, without the cloud's
            work.
    """

    def __init__(self, link: Link, *, clock: Callable[[], float] = time.monotonic) -> None:
        self.round_trip_ms = RecentMedian()
        self.bytes_per_s = RecentMedian()
        self._link = link
        self._clock = clock
        self._call: Any = link.channel.unary_unary(protobuf.method("SegmentHardFrame"))
        self._lock = threading.Lock()
        self._on_the_way = OnTheWay()
        self._counts = dict.fromkeys(("sent", "answered", "failed", "bytes_up", "bytes_down"), 0)

    @property
    def present(self) -> bool:
        """Whether the gateway answered last time."""
        return self._link.present

    def counts(self) -> dict[str, int]:
        """Return requests sent, answered and failed, and bytes up and down."""
        with self._lock:
            return dict(self._counts)

    def wait_until_idle(self, timeout: float) -> bool:
        """Wait at most `timeout` seconds until no request is in flight; return whether so."""
        return self._on_the_way.wait_until_none(timeout)

    def ask(self, request: HardFrameRequest, on_answer: Callable[[HardFrameAnswer], None]) -> Call:
        """Send a request; see `laecips_edge.core.link.transport.Transport.ask`.

        Raises:
            WireError: the request is larger than a gateway accepts.
        """
        data = protobuf.encode_request(request)
        sent_s = self._clock()
        self._count(sent=1, bytes_up=len(data))
        future = self._call.future(data, timeout=request.deadline_s or DEADLINE_S)
        self._on_the_way.begin()
        future.add_done_callback(lambda done: self._hear(done, sent_s, len(data), on_answer))
        return _GrpcCall(future)

    def _hear(
        self, done: Any, sent_s: float, size: int, on_answer: Callable[[HardFrameAnswer], None]
    ) -> None:
        self._on_the_way.end()
        if done.cancelled():
            return
        if done.code() is not grpc.StatusCode.OK:
            self._count(failed=1)
            if done.code() is grpc.StatusCode.UNAVAILABLE:
                self._link.lost(describe(done))
            refused = done.code() is grpc.StatusCode.INVALID_ARGUMENT
            on_answer(
                HardFrameAnswer(
                    status=AnswerStatus.BAD_REQUEST if refused else AnswerStatus.UNAVAILABLE,
                    message=describe(done),
                )
            )
            return
        data = done.result()
        try:
            answer = protobuf.decode_answer(data)
        except WireError as error:
            self._count(failed=1, bytes_down=len(data))
            on_answer(HardFrameAnswer(status=AnswerStatus.UNAVAILABLE, message=str(error)))
            return
        self._link.heard()
        self._count(answered=1, bytes_down=len(data))
        took_s = self._clock() - sent_s
        self.round_trip_ms.add(1e3 * took_s)
        on_the_way_s = took_s - sum(vars(answer.times).values()) / 1e3
        if on_the_way_s > 0:
            self.bytes_per_s.add((size + len(data)) / on_the_way_s)
        on_answer(answer)

    def _count(self, **more: int) -> None:
        with self._lock:
            for name, number in more.items():
                self._counts[name] += number


class _GrpcCall:
    """A gRPC call without an answer yet."""

    def __init__(self, future: Any) -> None:
        self._future = future

    def cancel(self) -> None:
        """Tell the gateway that the answer is no longer wanted."""
        self._future.cancel()
