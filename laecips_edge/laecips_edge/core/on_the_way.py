"""A count of what is on its way (requests, callbacks), with or without a bound."""

from __future__ import annotations

import math
import threading


class OnTheWay:
    """Counts what is on its way; safe for several threads.

    Args:
        most: number of what may be on its way at a time; without it any number.

    Attributes:
        most: the same; may be changed at any time.
    """

    def __init__(self, most: float = math.inf) -> None:
        self.most = most
        self._number = 0
        self._changed = threading.Condition()

    @property
    def has_room(self) -> bool:
        """Whether one more may be on its way."""
        with self._changed:
            return self._number < self.most

    def begin(self) -> bool:
        """Count one more; return False, and count nothing, if there are too many."""
        with self._changed:
            room = self._number < self.most
            self._number += room
            return room

    def end(self) -> None:
        """Count one less."""
        with self._changed:
            self._number -= 1
            self._changed.notify_all()

    def wait_until_none(self, timeout: float | None = None) -> bool:
        """Wait, at most `timeout` seconds, until none is on its way; return whether so."""
        with self._changed:
            return self._changed.wait_for(lambda: not self._number, timeout)
