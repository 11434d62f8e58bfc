"""The edge node's status on `~/status` and `/diagnostics`."""

import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from rclpy.node import Node

from laecips_edge.core.frame.health.health import EdgeHealth, assess
from laecips_edge.frame.sub_node import SubNode
from laecips_edge.ros.status_publisher import StatusPublisher
from laecips_msgs.msg import EdgeStatus


@dataclass(frozen=True, kw_only=True)
class Snapshot:
    """The node's status at one moment.

    Attributes:
        fields: All fields of EdgeStatus but the header.
        details: Further values, for the diagnostics only.
        health: Decides the level and line of the diagnostics.
        hardware_id: Hardware id of the diagnostics: the robot's name.
    """

    fields: dict[str, Any]
    details: dict[str, Any]
    health: EdgeHealth
    hardware_id: str


_OF_THE_CLOCK: Final = ("input_hz", "input_gap_s", "input_lost")
"""Fields that change although nothing happens."""


class StatusTopics:
    """Publishers of the status. Safe for several threads; published counters never fall.

    Args:
        node: The node that publishes, or a part of it.
        look: Returns a snapshot of it.
    """

    def __init__(self, node: Node | SubNode, look: Callable[[], Snapshot]) -> None:
        self._look = look
        self._publisher = StatusPublisher(node, EdgeStatus)
        self._lock = threading.Lock()
        self._last: dict[str, Any] = {}

    def publish(self) -> Snapshot:
        """Publish both; return the snapshot."""
        with self._lock:
            now = self._look()
            self._publish(now)
            return now

    def publish_if_settled(self) -> None:
        """Publish both if no frame is pending and the counters have changed."""
        with self._lock:
            now = self._look()
            if now.fields["pending"] == 0 and _events(now.fields) != _events(self._last):
                self._publish(now)

    def destroy(self) -> None:
        """Destroy the topics; call it on the executor's thread, when nothing else publishes."""
        self._publisher.destroy()

    def _publish(self, now: Snapshot) -> None:
        self._last = now.fields
        self._publisher.publish(
            now.fields, assess(now.health), hardware_id=now.hardware_id, details=now.details
        )


def _events(fields: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in fields.items() if name not in _OF_THE_CLOCK}
