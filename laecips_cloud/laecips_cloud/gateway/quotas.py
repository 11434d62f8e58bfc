"""Quotas of each robot: frames and bytes per minute, frames in flight."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field

MINUTE_S = 60.0


@dataclass(frozen=True, kw_only=True)
class Limits:
    """Limits of one robot.

    Attributes:
        frames_per_minute: largest number of frames per minute; 0 for no limit.
        bytes_per_minute: largest number of bytes per minute; 0 for no limit.
        in_flight: largest number of frames at a time.
    """

    frames_per_minute: float
    bytes_per_minute: float
    in_flight: int


class Quotas:
    """Applies the limits to each robot. Thread-safe.

    An unused amount is not carried beyond one minute. A refused frame uses nothing.

    Args:
        limits: limits of each robot.
        clock: monotonic seconds.
    """

    def __init__(self, limits: Limits, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._limits = limits
        self._clock = clock
        self._lock = threading.Lock()
        self._robots: dict[str, _Use] = {}

    def admit(self, robot: str, size: int) -> str:
        """Admit a frame, or return why it is refused and when to try again.

        Args:
            robot: name of the robot.
            size: size of the request, bytes.

        Returns:
            Empty if the frame is admitted, and must be released; else the reason in one line.
        """
        with self._lock:
            use = self._robots.setdefault(robot, _Use(self._limits, self._clock()))
            refused = use.refusal(robot, size, self._clock())
            if not refused:
                use.take(size)
            return refused

    def release(self, robot: str) -> None:
        """Record that an admitted frame has ended."""
        with self._lock:
            self._robots[robot].in_flight -= 1

    def in_flight(self) -> dict[str, int]:
        """Return the number of frames in flight by robot."""
        with self._lock:
            return {robot: use.in_flight for robot, use in self._robots.items()}


@dataclass
class _Use:
    """The remaining amounts of one robot; both refill evenly within a minute."""

    limits: Limits
    at_s: float
    in_flight: int = 0
    frames: float = field(init=False)
    bytes: float = field(init=False)

    def __post_init__(self) -> None:
        self.frames = self.limits.frames_per_minute
        self.bytes = self.limits.bytes_per_minute

    def refusal(self, robot: str, size: int, now_s: float) -> str:
        limits = self.limits
        elapsed = (now_s - self.at_s) / MINUTE_S
        self.at_s = now_s
        self.frames = min(
            limits.frames_per_minute, self.frames + elapsed * limits.frames_per_minute
        )
        self.bytes = min(limits.bytes_per_minute, self.bytes + elapsed * limits.bytes_per_minute)
        if self.in_flight >= limits.in_flight:
            return (
                f"robot {robot} has {self.in_flight} frames in flight, which is all: "
                "wait for an answer"
            )
        if 0 < limits.bytes_per_minute < size:
            return f"robot {robot} may send {limits.bytes_per_minute:g} bytes a minute, not {size}"
        waits = (
            ("frames", limits.frames_per_minute, 1 - self.frames),
            ("bytes", limits.bytes_per_minute, size - self.bytes),
        )
        for what, limit, missing in waits:
            if limit and missing > 0:
                wait_s = missing / limit * MINUTE_S
                return f"robot {robot} has sent its {limit:g} {what} a minute: wait {wait_s:.1f} s"
        return ""

    def take(self, size: int) -> None:
        self.in_flight += 1
        self.frames -= 1
        self.bytes -= size
