"""Due times of a recording's pictures."""

from __future__ import annotations

from typing import Final

LONGEST_PAUSE_NS: Final = 60 * 10**9
"""A longer step from one stamp to the next is a clock that was set, and no pause."""


class Pace:
    """Maps a recording's stamps to a clock, each relative to the first, so errors do not add up.

    Where stamps go back (a restarted camera, a simulator) or jump ahead (a clock that was set), the
    picture is due one interval after the one before, and the others follow from there.
    """

    def __init__(self, *, rate: float, first_stamp_ns: int, start_ns: int) -> None:
        """Set the due time of the first picture.

        Args:
            rate: replay speed as a multiple of real time, above 0.
            first_stamp_ns: stamp of the first picture.
            start_ns: due time of the first picture on the clock of the replay.

        Raises:
            ValueError: the rate is not above 0.
        """
        if not rate > 0:
            raise ValueError(f"rate is {rate}: it must be above 0")
        self._rate = rate
        self._first_stamp_ns = first_stamp_ns
        self._start_ns = start_ns
        self._due_ns = start_ns
        self._last_stamp_ns = first_stamp_ns
        self._step_ns = 0
        self.jumped_ns = 0
        """By how much the stamps have jumped, all jumps together."""
        self.last_interval_ns = 0
        """Nanoseconds between the last two due times that `due_ns` returned."""

    def due_ns(self, stamp_ns: int) -> int:
        """Return the due time of the picture with this stamp, on the clock of the replay."""
        step = stamp_ns - self._last_stamp_ns
        if 0 < step <= LONGEST_PAUSE_NS:
            self._step_ns = step
        elif step:
            jump = step - self._step_ns
            self._first_stamp_ns += jump
            self.jumped_ns += jump
        self._last_stamp_ns = stamp_ns
        due = self._start_ns + round((stamp_ns - self._first_stamp_ns) / self._rate)
        if due > self._due_ns:
            self.last_interval_ns, self._due_ns = due - self._due_ns, due
        return due

    def stamp_at_ns(self, now_ns: int) -> int:
        """Return the recording's time at a time of the clock of the replay."""
        return self._first_stamp_ns + round((now_ns - self._start_ns) * self._rate)
