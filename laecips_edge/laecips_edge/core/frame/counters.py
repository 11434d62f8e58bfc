"""The books of the robot: every frame that came in ends in exactly one way, and it adds up."""

import statistics
import threading
from collections import deque
from enum import StrEnum


class FrameOutcome(StrEnum):
    """How a frame ended. The values are the names of the counters in laecips_msgs/EdgeStatus."""

    EDGE = "edge"
    CLOUD = "cloud"
    FALLBACK_OVERLOAD = "fallback_overload"
    FALLBACK_DEADLINE = "fallback_deadline"
    FALLBACK_OFFLINE = "fallback_offline"
    SUPERSEDED = "superseded"
    REJECTED = "rejected"


class FrameCounterError(RuntimeError):
    """A frame was to end that is not open: it ended before, or never came in."""


class FrameCounters:
    """Counts frames from receipt to outcome. Safe for several threads.

    At any time `received` is the sum of all outcomes and `pending`.

    Example:
        >>> counters = FrameCounters()
        >>> frame = counters.receive()
        >>> counters.settle(frame, FrameOutcome.EDGE)
        >>> counts = counters.counts()
        >>> counts["received"], counts["edge"], counts["pending"]
        (1, 1, 0)
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._received = 0
        self._open: set[int] = set()
        self._outcomes = dict.fromkeys(FrameOutcome, 0)
        self._notes = dict.fromkeys(("wanted", "sent", "audit", "bytes_up", "bytes_down"), 0)

    def receive(self) -> int:
        """Open a frame; the number it is settled by."""
        with self._lock:
            self._received += 1
            self._open.add(self._received)
            return self._received

    def settle(self, frame: int, outcome: FrameOutcome) -> None:
        """Close a frame.

        Raises:
            FrameCounterError: it is not open. That is a bug: a frame would be answered twice.
        """
        with self._lock:
            if frame not in self._open:
                raise FrameCounterError(f"frame {frame} cannot end as {outcome}: it is not open")
            self._open.remove(frame)
            self._outcomes[outcome] += 1

    def want(self) -> None:
        """Count a frame that was called hard."""
        self._add(wanted=1)

    def send(self, *, payload: int, audit: bool) -> None:
        """Count a frame that went up, its payload in bytes."""
        self._add(sent=1, audit=int(audit), bytes_up=payload)

    def get(self, *, payload: int) -> None:
        """Count what came down, in bytes, whether it was of use or not."""
        self._add(bytes_down=payload)

    @property
    def pending(self) -> int:
        """Frames received and not settled."""
        with self._lock:
            return len(self._open)

    def counts(self) -> dict[str, int]:
        """All counters by their names in laecips_msgs/EdgeStatus, of one moment."""
        with self._lock:
            outcomes = {str(outcome): count for outcome, count in self._outcomes.items()}
            return {
                "received": self._received,
                **outcomes,
                **self._notes,
                "pending": len(self._open),
            }

    def _add(self, **notes: int) -> None:
        with self._lock:
            for name, count in notes.items():
                self._notes[name] += count


class RecentMedian:
    """Median of the last values. Safe for several threads.

    Args:
        size: How many values count.
    """

    def __init__(self, size: int = 100) -> None:
        self._values: deque[float] = deque(maxlen=size)

    def add(self, value: float) -> None:
        """Count one more."""
        self._values.append(value)

    @property
    def value(self) -> float:
        """The median, 0 before the first value."""
        # A copy in one step: another thread may append meanwhile.
        values = self._values.copy()
        return statistics.median(values) if values else 0.0
