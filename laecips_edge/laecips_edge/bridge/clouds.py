"""The addresses of the cloud: the first that works is asked, the others are spares.

Each address has a link, which greets it, and a circuit breaker, which hard frames that fail open.
Once the first address works again, it is asked again.
"""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any, Final

from laecips_edge.bridge.grpc_client import DEADLINE_S, GrpcTransport
from laecips_edge.bridge.link import Link
from laecips_edge.core.link import protobuf
from laecips_edge.core.link.circuit_breaker import Circuit, CircuitBreaker
from laecips_edge.core.link.hard_frame import AnswerStatus, HardFrameAnswer, HardFrameRequest
from laecips_edge.core.link.transport import Call

LONGEST_WAIT_S: Final = 4.0
"""A cloud that works again is asked again within five seconds."""

LEAST_LEFT_S: Final = 0.2
"""Seconds before the deadline in which no second address is tried."""

Connect = Callable[[str, Callable[[str], None]], Link]
"""Returns the link to an address; the second argument is told each change (`Link.on_change`)."""


class Cloud:
    """One address of the cloud.

    Args:
        address: `HOST:PORT`.
        connect: makes the link.
        on_change: called with the address and "" or why it cannot be asked.
        clock: monotonic seconds.
    """

    def __init__(
        self,
        address: str,
        connect: Connect,
        *,
        on_change: Callable[[str, str], None],
        clock: Callable[[], float],
    ) -> None:
        self._breaker = CircuitBreaker(longest_wait_s=LONGEST_WAIT_S, clock=clock)
        self._lock = threading.Lock()
        self._on_change = on_change
        self._failure = ""
        self.address = address
        self.link = connect(address, self._changed)
        self.transport = GrpcTransport(self.link)
        bulk = self.link.bulk.unary_unary
        self.get_model: Any = bulk(protobuf.method("GetModel"))
        self.get_model_update: Any = bulk(protobuf.method("GetModelUpdate"))
        self.teach_frame: Any = bulk(protobuf.method("TeachFrame"))
        self.report_model: Any = bulk(protobuf.method("ReportModel"))

    @property
    def circuit(self) -> Circuit:
        """State of the circuit breaker."""
        return self._breaker.circuit

    @property
    def well(self) -> bool:
        """Whether a hard frame may be sent: it is greeted, and the breaker lets a frame go."""
        with self._lock:
            return self.link.present and self._breaker.allows

    @property
    def trouble(self) -> str:
        """What is wrong with this address, one line; empty if it answered the last time."""
        if self.link.trouble:
            return self.link.trouble
        return "" if self.circuit is Circuit.CLOSED else self._failure

    def take(self) -> bool:
        """Use up the breaker's leave to send a frame; return whether there is one."""
        with self._lock:
            if not (self.link.present and self._breaker.allows):
                return False
            self._breaker.sent()
            return True

    def judge(self, failure: str = "") -> None:
        """Tell the breaker that a frame was answered, or why it was not."""
        with self._lock:
            if failure:
                self._failure = failure
                self._breaker.failed()
            else:
                self._breaker.succeeded()

    def close(self) -> None:
        """Cancel all calls and close the connections."""
        self.link.close()

    def _changed(self, trouble: str) -> None:
        if not trouble:
            self.judge()
        self._on_change(self.address, trouble)


class Clouds:
    """A `Transport` of hard frames that takes the first address that works. Thread-safe.

    Args:
        addresses: `HOST:PORT`, the preferred one first.
        connect: makes the link to an address.
        on_change: called at each change of an address, on any thread, with "" or why it cannot be
            asked.
        clock: monotonic seconds.

    Raises:
        ValueError: an address is refused; the links that were made are closed.
    """

    def __init__(
        self,
        addresses: Sequence[str],
        connect: Connect,
        *,
        on_change: Callable[[str, str], None] = lambda address, trouble: None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._connect = connect
        self._on_change = on_change
        self._clock = clock
        self._changing = threading.Lock()
        self.all: list[Cloud] = []
        try:
            self.change(addresses)
        except ValueError:
            self.close()
            raise

    def change(self, addresses: Sequence[str]) -> None:
        """Take other addresses; a former one that still answers stays, behind them.

        Raises:
            ValueError: an address is refused.
        """
        with self._changing:
            former = {cloud.address: cloud for cloud in self.all}
            for address in addresses:
                if address not in former:
                    self.all = [*self.all, self._cloud(address)]
            known = {cloud.address: cloud for cloud in self.all}
            wanted = [known[address] for address in dict.fromkeys(addresses)]
            gone = [cloud for cloud in former.values() if cloud not in wanted]
            self.all = wanted + [cloud for cloud in gone if cloud.link.present]
        for cloud in gone:
            if cloud not in self.all:
                cloud.close()

    @property
    def current(self) -> Cloud | None:
        """The address that the next frame goes to; None if none works."""
        return next((cloud for cloud in self.all if cloud.well), None)

    @property
    def present(self) -> bool:
        """Whether an address works."""
        return self.current is not None

    @property
    def reached(self) -> Cloud | None:
        """The first address whose gateway answers greetings, for all but hard frames."""
        return next((cloud for cloud in self.all if cloud.link.present), None)

    @property
    def trouble(self) -> str:
        """What is wrong with all addresses, one line; empty if one answered the last time."""
        troubles = [cloud.trouble for cloud in self.all]
        if not troubles:
            return "no gateway announces itself on this network: give its address"
        if len(self.all) == 1:
            return troubles[0]
        named = (f"{cloud.address}: {cloud.trouble}" for cloud in self.all)
        return "; ".join(named) if all(troubles) else ""

    def counts(self) -> dict[str, int]:
        """Return requests sent, answered and failed, and bytes up and down, of all addresses."""
        total: Counter[str] = Counter()
        for cloud in self.all:
            total.update(cloud.transport.counts())
        return dict(total)

    def wait_until_idle(self, timeout: float) -> bool:
        """Wait at most `timeout` seconds until no request is in flight; return whether so."""
        end_s = self._clock() + timeout
        return all(
            cloud.transport.wait_until_idle(max(0.0, end_s - self._clock())) for cloud in self.all
        )

    def ask(self, request: HardFrameRequest, on_answer: Callable[[HardFrameAnswer], None]) -> Call:
        """Send a request; if an address fails at once, send it to the next one.

        The request's id keeps a frame that two addresses get from being stored twice.

        Raises:
            WireError: the request is larger than a gateway accepts.
        """
        ask = _Ask(self.all, request, on_answer, self._clock)
        ask.begin()
        return ask

    def close(self) -> None:
        """Cancel all calls and close all connections."""
        for cloud in self.all:
            cloud.close()

    def _cloud(self, address: str) -> Cloud:
        return Cloud(address, self._connect, on_change=self._on_change, clock=self._clock)


class _Ask:
    """A request that goes from one address to the next until one answers or time is up."""

    def __init__(
        self,
        clouds: Sequence[Cloud],
        request: HardFrameRequest,
        on_answer: Callable[[HardFrameAnswer], None],
        clock: Callable[[], float],
    ) -> None:
        self._left = list(clouds)
        self._request = request
        self._on_answer = on_answer
        self._clock = clock
        self._end_s = clock() + (request.deadline_s or DEADLINE_S)
        self._call: Call | None = None
        self._cancelled = False

    def begin(self) -> None:
        if not self._go_on():
            self._on_answer(_unavailable("no address of the cloud can be asked"))

    def cancel(self) -> None:
        """See `Call`."""
        self._cancelled = True
        if self._call is not None:
            self._call.cancel()

    def _go_on(self) -> bool:
        """Send the request to the next address that may be asked; return whether there is one."""
        left_s = self._end_s - self._clock()
        while self._left and left_s >= LEAST_LEFT_S and not self._cancelled:
            cloud = self._left.pop(0)
            if cloud.take():
                self._send(cloud, left_s)
                return True
        return False

    def _send(self, cloud: Cloud, left_s: float) -> None:
        request = replace(self._request, deadline_s=left_s)
        try:
            self._call = cloud.transport.ask(request, lambda answer: self._hear(cloud, answer))
        except ValueError as error:  # too large, or the connection has just been closed
            cloud.judge(str(error))
            raise

    def _hear(self, cloud: Cloud, answer: HardFrameAnswer) -> None:
        failed = answer.status is AnswerStatus.UNAVAILABLE
        cloud.judge((answer.message or "no answer") if failed else "")
        try:
            if failed and self._go_on():
                return
        except ValueError as error:
            answer = _unavailable(str(error))
        self._on_answer(answer)


def _unavailable(message: str) -> HardFrameAnswer:
    return HardFrameAnswer(status=AnswerStatus.UNAVAILABLE, message=message)
