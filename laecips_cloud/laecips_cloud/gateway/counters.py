"""Counters of a gateway since its activation."""

from __future__ import annotations

import threading
from typing import Final

NAMES: Final = (
    "answered",
    "taught",
    "over_quota",
    "not_admitted",
    "bad_requests",
    "wrong_robot",
    "no_cloud",
    "gone",
    "greetings",
    "bytes_up",
    "bytes_down",
    "model_bytes_down",
)


class GatewayCounters:
    """Counts bytes, and calls by outcome. Thread-safe."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._counts = dict.fromkeys(NAMES, 0)

    def add(self, **more: int) -> None:
        """Add to counters by name."""
        with self._lock:
            for name, number in more.items():
                self._counts[name] += number

    def counts(self) -> dict[str, int]:
        """Return all counters by name."""
        with self._lock:
            return dict(self._counts)
