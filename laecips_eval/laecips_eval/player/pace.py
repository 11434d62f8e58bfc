"""Due times of a recording's pictures."""

from __future__ import annotations


class Pace:
    """Maps a recording's stamps to a clock, each relative to the first, so errors do not add up.

    A stamp that goes back in time is due at once, so a restarted camera does not stop a replay.
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
        self.last_interval_ns = 0
        """Nanoseconds between the last two due times that `due_ns` returned."""

    def due_ns(self, stamp_ns: int) -> int:
        """Return the due time of the picture with this stamp, on the clock of the replay."""
        due = self._start_ns + round((stamp_ns - self._first_stamp_ns) / self._rate)
        if due > self._due_ns:
            self.last_interval_ns, self._due_ns = due - self._due_ns, due
        return due

    def stamp_at_ns(self, now_ns: int) -> int:
        """Return the recording's time at a time of the clock of the replay."""
        return self._first_stamp_ns + round((now_ns - self._start_ns) * self._rate)
