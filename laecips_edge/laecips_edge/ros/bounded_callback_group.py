"""A callback group that bounds how many callbacks run at a time, and can wait until none does."""

from __future__ import annotations

from typing import Any

from rclpy.callback_groups import CallbackGroup

from laecips_edge.core.on_the_way import OnTheWay


class BoundedCallbackGroup(CallbackGroup):
    """A callback group with a bound, between rclpy's reentrant (no bound) and exclusive one (1).

    Attributes:
        running: counts the callbacks that run; its `most` bounds them.
    """

    def __init__(self, most: int = 1) -> None:
        super().__init__()
        self.running = OnTheWay(most)

    def can_execute(self, entity: Any) -> bool:
        """Return whether fewer callbacks than the bound run."""
        return self.running.has_room

    def beginning_execution(self, entity: Any) -> bool:
        """Count a callback that starts; return False if the bound forbids it."""
        return self.running.begin()

    def ending_execution(self, entity: Any) -> None:
        """Count a callback that has ended."""
        self.running.end()

    def wait_until_idle(self) -> None:
        """Wait until no callback runs; all answers of services are sent then."""
        self.running.wait_until_none()
