"""A limit on bytes per second, for transfers that share a slow link with frames."""

import time
from collections.abc import Callable


class RateLimiter:
    """Decides when the next piece may be requested. Not safe for two threads at a time.

    Args:
        rate: Bytes per second; 0: no limit. May be changed at any time.
        clock: Monotonic seconds.
    """

    def __init__(self, rate: float, *, clock: Callable[[], float] = time.monotonic) -> None:
        self.rate = rate
        self._clock = clock
        self._free_at = 0.0

    def count(self, size: int) -> None:
        """Count received bytes; the next piece waits for the time that they take at the rate."""
        if self.rate > 0:
            self._free_at = max(self._free_at, self._clock()) + size / self.rate

    @property
    def seconds_to_go(self) -> float:
        """Seconds until the next piece may be requested; 0: now."""
        return max(0.0, self._free_at - self._clock()) if self.rate > 0 else 0.0
