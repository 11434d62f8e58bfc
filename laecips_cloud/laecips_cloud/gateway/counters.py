"""Counters of a gateway since its activation, of all robots and of each."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Final

OF_A_ROBOT: Final = (
    "answered",
    "taught",
    "no_cloud",
    "gone",
    "over_quota",
    "bad_requests",
    "wrong_robot",
    "bytes_up",
    "bytes_down",
    "model_bytes_down",
    "model_reports",
)
NAMES: Final = ("greetings", "not_admitted", *OF_A_ROBOT)
"""As in laecips_msgs/RobotTraffic and laecips_msgs/GatewayStatus."""


@dataclass
class _Traffic:
    """What one robot has asked."""

    peer: str = ""
    heard_s: float = 0.0
    counts: dict[str, int] = field(default_factory=lambda: dict.fromkeys(OF_A_ROBOT, 0))


class GatewayCounters:
    """Counts bytes, and calls by outcome. Thread-safe.

    Args:
        clock: monotonic seconds.
    """

    def __init__(self, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._counts = dict.fromkeys(NAMES, 0)
        self._robots: dict[str, _Traffic] = {}

    def hear(self, robot: str, peer: str) -> None:
        """Record that a robot has called from an address."""
        with self._lock:
            traffic = self._robots.setdefault(robot, _Traffic())
            traffic.peer, traffic.heard_s = peer, self._clock()

    def add(self, robot: str = "", /, **more: int) -> None:
        """Add to counters by name: of all robots, and of this one if it has called."""
        with self._lock:
            traffic = self._robots.get(robot)
            for name, number in more.items():
                self._counts[name] += number
                if traffic is not None and name in traffic.counts:
                    traffic.counts[name] += number

    def counts(self) -> dict[str, int]:
        """Return all counters by name."""
        with self._lock:
            return dict(self._counts)

    def robots(self) -> list[dict[str, Any]]:
        """Return robot, peer, silent_s and the counters of each robot that has called, by name."""
        with self._lock:
            now_s = self._clock()
            return [
                {"robot": robot, "peer": it.peer, "silent_s": now_s - it.heard_s, **it.counts}
                for robot, it in sorted(self._robots.items())
            ]
