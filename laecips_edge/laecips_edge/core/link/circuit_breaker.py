"""A circuit breaker: after several failures in a row, send no requests to a server for a while.

Closed: all requests may go. Open: no request may go until a wait is over. Half-open: one probe is
in flight; its success closes the circuit, its failure opens it again with twice the wait.
"""

import time
from collections.abc import Callable
from enum import StrEnum


class Circuit(StrEnum):
    """State of a circuit breaker."""

    CLOSED = "closed"
    OPEN = "open"
    HALF_OPEN = "half-open"


class CircuitBreaker:
    """The circuit breaker of one server. Not safe for two threads at a time: its owner locks.

    Args:
        failures_to_open: Number of failures in a row that open the circuit.
        first_wait_s: Seconds until the first probe.
        longest_wait_s: Upper bound of the doubled waits, in seconds.
        clock: Monotonic seconds.
    """

    def __init__(
        self,
        *,
        failures_to_open: int = 3,
        first_wait_s: float = 1.0,
        longest_wait_s: float = 30.0,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._failures_to_open = failures_to_open
        self._first_wait_s = first_wait_s
        self._longest_wait_s = longest_wait_s
        self._clock = clock
        self._circuit = Circuit.CLOSED
        self._failures = 0
        self._wait_s = first_wait_s
        self._probe_at = 0.0

    @property
    def circuit(self) -> Circuit:
        """The current state."""
        return self._circuit

    @property
    def seconds_to_probe(self) -> float:
        """Seconds until a probe may go; 0 if the circuit is not open."""
        if self._circuit is not Circuit.OPEN:
            return 0.0
        return max(0.0, self._probe_at - self._clock())

    @property
    def allows(self) -> bool:
        """Whether a request may go now. Reading it changes nothing; `sent` uses the probe up."""
        if self._circuit is Circuit.OPEN:
            return self._clock() >= self._probe_at
        return self._circuit is Circuit.CLOSED

    def sent(self) -> None:
        """Note that a request was sent; if the circuit is open, that request is the probe."""
        if self._circuit is Circuit.OPEN:
            self._circuit = Circuit.HALF_OPEN

    def succeeded(self) -> None:
        """Note a useful answer, to the probe or to an earlier request; close the circuit."""
        self._circuit = Circuit.CLOSED
        self._failures = 0
        self._wait_s = self._first_wait_s

    def failed(self) -> None:
        """Note that a request got no answer, or a useless one."""
        self._failures += 1
        if self._circuit is Circuit.HALF_OPEN:
            self._wait_s = min(2 * self._wait_s, self._longest_wait_s)
            self._open()
        elif self._circuit is Circuit.CLOSED and self._failures >= self._failures_to_open:
            self._open()
        # Already open: the failed request was sent before, and the wait has begun.

    def _open(self) -> None:
        self._circuit = Circuit.OPEN
        self._probe_at = self._clock() + self._wait_s
