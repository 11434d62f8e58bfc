"""When each picture of a recording is due."""

from __future__ import annotations


class Pace:
    """Maps a recording's stamps to a clock, each from the first, so that no error adds up.

    A stamp that goes back in time is due at once: a camera that was restarted stops no replay.
    """

    def __init__(self, *, rate: float, first_stamp_ns: int, start_ns: int) -> None:
        """Fixes the first picture.

        Args:
            rate: speed against the recording, above 0.
            first_stamp_ns: the first picture's stamp.
            start_ns: when that one is due, on the clock of the replay.

        Raises:
            ValueError: when the rate is not above 0.
        """
        if not rate > 0:
            raise ValueError(f"rate is {rate}: it must be above 0")
        self._rate = rate
        self._first_stamp_ns = first_stamp_ns
        self._start_ns = start_ns
        self._due_ns = start_ns
        self.last_interval_ns = 0
        """From the picture before the last one that was asked for to that one."""

    def due_ns(self, stamp_ns: int) -> int:
        """When the picture with this stamp is due, on the clock of the replay."""
        due = self._start_ns + round((stamp_ns - self._first_stamp_ns) / self._rate)
        if due > self._due_ns:
            self.last_interval_ns, self._due_ns = due - self._due_ns, due
        return due

    def stamp_at_ns(self, now_ns: int) -> int:
        """The recording's time at a moment of the clock of the replay."""
        return self._first_stamp_ns + round((now_ns - self._start_ns) * self._rate)
