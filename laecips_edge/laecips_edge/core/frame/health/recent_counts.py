"""Shares of what happened lately, from counters that only rise."""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable, Mapping
from typing import Final

WINDOW_S: Final = 60.0
"""Seconds that count as lately."""

FEWEST: Final = 10
"""Events below which a share says nothing."""

_STEP_S: Final = 0.5  # samples are at least so far apart


class RecentCounts:
    """Samples of counters over the last `WINDOW_S` seconds. Safe for several threads.

    Args:
        clock: Monotonic seconds.

    Example:
        >>> recent = RecentCounts()
        >>> recent.share({"received": 20, "superseded": 5}, "superseded", of="received")
        0.25
    """

    def __init__(self, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._samples: deque[tuple[float, dict[str, int]]] = deque()

    def add(self, counts: Mapping[str, int]) -> None:
        """Add a sample of all counters; call it about once a second."""
        now_s = self._clock()
        with self._lock:
            if self._samples and now_s - self._samples[-1][0] < _STEP_S:
                return
            self._samples.append((now_s, dict(counts)))
            # One sample beyond the window stays: the shares count from it on.
            while len(self._samples) > 1 and self._samples[1][0] <= now_s - WINDOW_S:
                self._samples.popleft()

    def share(self, counts: Mapping[str, int], *parts: str, of: str) -> float:
        """Return how large the parts are, among the events since the oldest sample.

        Args:
            counts: The counters now.
            *parts: Names of the counters of the parts.
            of: Name of the counter of the whole.

        Returns:
            The share, at most 1; 0 if there were fewer than `FEWEST` events.
        """
        with self._lock:
            before = self._samples[0][1] if self._samples else {}
        whole = counts[of] - before.get(of, 0)
        if whole < FEWEST:
            return 0.0
        return min(1.0, sum(counts[part] - before.get(part, 0) for part in parts) / whole)
