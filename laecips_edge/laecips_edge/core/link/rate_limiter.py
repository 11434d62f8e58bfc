"""A bound on bytes a second, for what shares a thin link with frames."""

import time
from collections.abc import Callable


class RateLimiter:
    """Says when the next piece may be asked for. Not safe for two threads at a time.

    Args:
        rate: Bytes a second; 0 for no bound. May be changed any time.
        clock: Monotonic seconds.
    """

    def __init__(self, rate: float, *, clock: Callable[[], float] = time.monotonic) -> None:
        self.rate = rate
        self._clock = clock
        self._free_at = 0.0

    def count(self, size: int) -> None:
        """Count bytes that came; the link belongs to others for as long as they take."""
        if self.rate > 0:
            self._free_at = max(self._free_at, self._clock()) + size / self.rate

    @property
    def seconds_to_go(self) -> float:
        """Seconds until the next piece may be asked for; 0 for now."""
        return max(0.0, self._free_at - self._clock()) if self.rate > 0 else 0.0
