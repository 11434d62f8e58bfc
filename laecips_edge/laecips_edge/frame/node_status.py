"""What the edge node says of itself: `~/status` and `/diagnostics`."""

import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from rclpy.node import Node

from laecips_edge.core.frame.health import EdgeHealth, assess
from laecips_edge.ros.status_publisher import StatusPublisher
from laecips_msgs.msg import EdgeStatus


@dataclass(frozen=True, kw_only=True)
class Snapshot:
    """All that there is to say at one moment.

    Attributes:
        fields: Of EdgeStatus, all but the header.
        details: What only the diagnostics say.
        health: What the level and line of the diagnostics go by.
        hardware_id: Of the diagnostics: the robot.
    """

    fields: dict[str, Any]
    details: dict[str, Any]
    health: EdgeHealth
    hardware_id: str


class StatusTopics:
    """Publishers of the status. Safe for several threads; counters never seem to go back.

    Args:
        node: Whose status it is.
        look: Takes a snapshot of it.
    """

    def __init__(self, node: Node, look: Callable[[], Snapshot]) -> None:
        self._look = look
        self._publisher = StatusPublisher(node, EdgeStatus)
        self._lock = threading.Lock()
        self._last: dict[str, Any] = {}

    def publish(self) -> Snapshot:
        """Publish both; what they say."""
        with self._lock:
            now = self._look()
            self._publish(now)
            return now

    def publish_if_settled(self) -> None:
        """Publish both if no frame is pending and there is anything new to say."""
        with self._lock:
            now = self._look()
            if now.fields["pending"] == 0 and now.fields != self._last:
                self._publish(now)

    def _publish(self, now: Snapshot) -> None:
        self._last = now.fields
        self._publisher.publish(
            now.fields, assess(now.health), hardware_id=now.hardware_id, details=now.details
        )
