"""A callback group that runs a number of callbacks at a time, and says when none runs."""

from __future__ import annotations

import threading
from typing import Any

from rclpy.callback_groups import CallbackGroup


class BoundedCallbackGroup(CallbackGroup):
    """Between rclpy's two groups, of which one has no bound and the other the bound 1.

    Attributes:
        most: callbacks at a time; may be changed any time.
    """

    def __init__(self, most: int = 1) -> None:
        super().__init__()
        self.most = most
        self._running = 0
        self._changed = threading.Condition()

    def can_execute(self, entity: Any) -> bool:
        """Whether there is room for a callback."""
        with self._changed:
            return self._running < self.most

    def beginning_execution(self, entity: Any) -> bool:
        """Takes a place, if there is one."""
        with self._changed:
            if self._running >= self.most:
                return False
            self._running += 1
            return True

    def ending_execution(self, entity: Any) -> None:
        """Gives the place back."""
        with self._changed:
            self._running -= 1
            self._changed.notify_all()

    def wait_until_idle(self) -> None:
        """Returns when no callback runs; what a service answers has been sent then."""
        with self._changed:
            self._changed.wait_for(lambda: not self._running)
