"""A count of the requests on their way, with or without a bound."""

from __future__ import annotations

import math
import threading


class OnTheWay:
    """Counts requests on their way; safe for several threads.

    Args:
        most: requests that may be on their way at a time; without it any number.
    """

    def __init__(self, most: float = math.inf) -> None:
        self._most = most
        self._number = 0
        self._changed = threading.Condition()

    def begin(self) -> bool:
        """Count a request; return False, and count nothing, if there are too many."""
        with self._changed:
            room = self._number < self._most
            self._number += room
            return room

    def end(self) -> None:
        """Count a request as answered."""
        with self._changed:
            self._number -= 1
            self._changed.notify_all()

    def wait_until_none(self, timeout: float | None = None) -> bool:
        """Wait, at most `timeout` seconds, until all requests are answered; return whether so."""
        with self._changed:
            return self._changed.wait_for(lambda: not self._number, timeout)
