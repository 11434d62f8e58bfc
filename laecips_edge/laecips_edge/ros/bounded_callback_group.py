"""A callback group that bounds how many callbacks run at a time, and can wait until none does."""

from __future__ import annotations

import threading
from typing import Any

from rclpy.callback_groups import CallbackGroup


class BoundedCallbackGroup(CallbackGroup):
    """A callback group with a bound, between rclpy's reentrant (no bound) and exclusive one (1).

    Attributes:
        most: callbacks that may run at a time; may be changed at any time.
    """

    def __init__(self, most: int = 1) -> None:
        super().__init__()
        self.most = most
        self._running = 0
        self._changed = threading.Condition()

    def can_execute(self, entity: Any) -> bool:
        """Return whether fewer callbacks than the bound run."""
        with self._changed:
            return self._running < self.most

    def beginning_execution(self, entity: Any) -> bool:
        """Count a callback that starts; return False if the bound forbids it."""
        with self._changed:
            if self._running >= self.most:
                return False
            self._running += 1
            return True

    def ending_execution(self, entity: Any) -> None:
        """Count a callback that has ended."""
        with self._changed:
            self._running -= 1
            self._changed.notify_all()

    def wait_until_idle(self) -> None:
        """Wait until no callback runs; all answers of services are sent then."""
        with self._changed:
            self._changed.wait_for(lambda: not self._running)
