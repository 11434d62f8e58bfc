"""The largest rate of a camera: which of its frames are taken at all."""

from __future__ import annotations

import time
from collections.abc import Callable


class RateGate:
    """Lets frames pass at a largest mean rate. One thread uses it.

    Frames that come in even steps keep even steps as far as they can: a camera at 30 Hz behind a
    gate of 2 Hz gives each fifteenth frame, though its frames come a little early or late. Two
    frames that pass are at least half a period apart.

    Args:
        hz: frames per second; 0: all.
        clock: monotonic seconds.

    Example:
        >>> times = iter([0.0, 0.25, 0.5, 0.75, 1.0])
        >>> gate = RateGate(2.0, clock=lambda: next(times))
        >>> [gate.passes() for _ in range(5)]
        [True, False, True, False, True]
    """

    def __init__(self, hz: float = 0.0, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._period_s = 1.0 / hz if hz else 0.0
        self._clock = clock
        self._due_s: float | None = None

    def passes(self) -> bool:
        """Return whether the frame that comes now is taken."""
        if not self._period_s:
            return True
        now_s = self._clock()
        due_s = now_s if self._due_s is None else self._due_s
        if now_s < due_s:
            return False
        self._due_s = max(due_s + self._period_s, now_s + self._period_s / 2)
        return True
