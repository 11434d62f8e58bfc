"""Counters of the robot's frames: every received frame ends in exactly one outcome."""

import statistics
import threading
from collections import deque
from enum import StrEnum
from typing import Final


class FrameOutcome(StrEnum):
    """How a frame ended. The values are the names of the counters in laecips_msgs/EdgeStatus."""

    EDGE = "edge"
    CLOUD = "cloud"
    FALLBACK_OVERLOAD = "fallback_overload"
    FALLBACK_DEADLINE = "fallback_deadline"
    FALLBACK_OFFLINE = "fallback_offline"
    SUPERSEDED = "superseded"
    REJECTED = "rejected"


FALLBACKS: Final = (
    FrameOutcome.FALLBACK_OVERLOAD,
    FrameOutcome.FALLBACK_DEADLINE,
    FrameOutcome.FALLBACK_OFFLINE,
)
"""Outcomes of hard frames that the robot answers itself."""


class FrameCounterError(RuntimeError):
    """A frame is settled that is not open: it was settled before, or never received."""


class FrameCounters:
    """Counts frames from receipt to outcome. Safe for several threads.

    At any time `received` is the sum of all outcomes plus `pending`.

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
        """Open a frame; return its number, for `settle`."""
        with self._lock:
            self._received += 1
            self._open.add(self._received)
            return self._received

    def settle(self, frame: int, outcome: FrameOutcome) -> None:
        """Close a frame.

        Args:
            frame: number of the frame, from `receive`.
            outcome: how the frame ended.

        Raises:
            FrameCounterError: the frame is not open: a bug would answer it twice.
        """
        with self._lock:
            if frame not in self._open:
                raise FrameCounterError(f"frame {frame} cannot end as {outcome}: it is not open")
            self._open.remove(frame)
            self._outcomes[outcome] += 1

    def want(self) -> None:
        """Count a hard frame."""
        self._add(wanted=1)

    def send(self, *, payload: int, audit: bool) -> None:
        """Count an uploaded frame.

        Args:
            payload: bytes of the request.
            audit: whether it is an audit.
        """
        self._add(sent=1, audit=int(audit), bytes_up=payload)

    def get(self, *, payload: int) -> None:
        """Count the bytes of an answer, whether it can be used or not."""
        self._add(bytes_down=payload)

    @property
    def pending(self) -> int:
        """Frames received and not settled."""
        with self._lock:
            return len(self._open)

    def counts(self) -> dict[str, int]:
        """Return all counters at one moment, by their names in laecips_msgs/EdgeStatus."""
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
    """The median of the last values. Safe for several threads.

    Args:
        size: Number of values that count.
    """

    def __init__(self, size: int = 100) -> None:
        self._values: deque[float] = deque(maxlen=size)

    def add(self, value: float) -> None:
        """Add a value."""
        self._values.append(value)

    @property
    def value(self) -> float:
        """The median, 0 before the first value."""
        # A copy in one step: another thread may append meanwhile.
        values = self._values.copy()
        return statistics.median(values) if values else 0.0
