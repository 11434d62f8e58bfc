"""The table of requests in flight to the cloud, with their deadlines.

Every admitted request leaves the table exactly once: taken by its answer, expired at its deadline,
or drained at the end. The caller that gets it from the table answers its frame.
"""

import threading
import time
from collections.abc import Callable, Hashable
from dataclasses import dataclass
from enum import StrEnum
from typing import Generic, TypeVar

from laecips_edge.core.link.circuit_breaker import Circuit, CircuitBreaker

Frame = TypeVar("Frame")


class Refusal(StrEnum):
    """Why a frame is not uploaded."""

    OVERLOAD = "overload"
    OFFLINE = "offline"


@dataclass(frozen=True, kw_only=True)
class Refused:
    """A refusal by `InFlightRequests.admit`.

    Attributes:
        why: the reason.
        detail: the reason for people, one line.
    """

    why: Refusal
    detail: str


@dataclass(frozen=True, kw_only=True)
class Request(Generic[Frame]):
    """One request in flight.

    Attributes:
        key: The request's id.
        frame: The caller's object for the frame.
        sent_s: When it was admitted, monotonic seconds.
        deadline_s: When it expires, monotonic seconds.
    """

    key: Hashable
    frame: Frame
    sent_s: float
    deadline_s: float


class InFlightRequests(Generic[Frame]):
    """The table of requests in flight. Safe for several threads.

    Args:
        max_in_flight: Largest number of requests in flight; may be changed at any time.
        deadline_s: Seconds that a request may take; a change acts on later requests.
        breaker: Stops requests to a cloud that fails; this table is its only user.
        clock: Monotonic seconds.
    """

    def __init__(
        self,
        *,
        max_in_flight: int,
        deadline_s: float,
        breaker: CircuitBreaker,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.max_in_flight = max_in_flight
        self.deadline_s = deadline_s
        self._breaker = breaker
        self._clock = clock
        self._lock = threading.Lock()
        self._requests: dict[Hashable, Request[Frame]] = {}
        self._late = 0
        self._closed = False

    @property
    def in_flight(self) -> int:
        """Number of requests in flight."""
        with self._lock:
            return len(self._requests)

    @property
    def late(self) -> int:
        """Number of answers that came after their request had left the table."""
        with self._lock:
            return self._late

    @property
    def works(self) -> bool:
        """Whether the breaker is closed; unlike `reachable` it stays false until a frame came back.

        A cloud that is dead is not well again each time that the wait for the next probe is over.
        """
        with self._lock:
            return self._breaker.circuit is Circuit.CLOSED

    @property
    def reachable(self) -> bool:
        """Whether the breaker lets a hard frame go."""
        with self._lock:
            return self._breaker.allows

    def admit(
        self, key: Hashable, frame: Frame, *, available: bool = True, probe: bool = True
    ) -> Refused | None:
        """Add a frame's request to the table, or refuse it.

        Args:
            key: Id of the request, unique.
            frame: The caller's object for the frame.
            available: Whether the cloud's service is discovered.
            probe: Whether this request may probe a failed cloud.

        Returns:
            None if the request is in the table now, and the caller must send it; else the refusal.
        """
        with self._lock:
            refused = self._refusal(available=available, probe=probe)
            if refused is None:
                now = self._clock()
                self._breaker.sent()
                self._requests[key] = Request(
                    key=key, frame=frame, sent_s=now, deadline_s=now + self.deadline_s
                )
            return refused

    def take(self, key: Hashable) -> Request[Frame] | None:
        """Take an answered request from the table; return None and count it if it is too late."""
        with self._lock:
            request = self._requests.pop(key, None)
            self._late += request is None
            return request

    def judge(self, *, useful: bool) -> None:
        """Tell the breaker about a taken request.

        Args:
            useful: Whether its answer could be used.
        """
        with self._lock:
            if useful:
                self._breaker.succeeded()
            else:
                self._breaker.failed()

    def expire(self) -> list[Request[Frame]]:
        """Take every request whose deadline has passed, oldest first; each counts as a failure."""
        with self._lock:
            now = self._clock()
            overdue = [r for r in self._requests.values() if r.deadline_s <= now]
            for request in overdue:
                del self._requests[request.key]
                self._breaker.failed()
            return overdue

    def seconds_to_deadline(self) -> float | None:
        """Return the seconds until the next deadline, at least 0; None if none is in flight."""
        with self._lock:
            if not self._requests:
                return None
            next_s = min(request.deadline_s for request in self._requests.values())
            return max(0.0, next_s - self._clock())

    def drain(self) -> list[Request[Frame]]:
        """Take all requests, oldest first, and refuse every frame from now on."""
        with self._lock:
            self._closed = True
            left = list(self._requests.values())
            self._requests.clear()
            return left

    def _refusal(self, *, available: bool, probe: bool) -> Refused | None:
        if self._closed:
            return Refused(why=Refusal.OFFLINE, detail="the robot is stopping")
        if not available:
            return Refused(why=Refusal.OFFLINE, detail="no cloud offers the service")
        if not self._breaker.allows or not (probe or self._breaker.circuit is Circuit.CLOSED):
            return Refused(why=Refusal.OFFLINE, detail=self._next_try())
        if len(self._requests) >= self.max_in_flight:
            return Refused(why=Refusal.OVERLOAD, detail=f"{len(self._requests)} requests in flight")
        return None

    def _next_try(self) -> str:
        if self._breaker.circuit is Circuit.HALF_OPEN:
            return "the cloud failed before; one frame is in flight to try it again"
        wait_s = self._breaker.seconds_to_probe
        return f"the cloud failed before; next try in {wait_s:.1f} s"
