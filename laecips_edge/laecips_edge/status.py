"""What the edge node says of itself: `~/status` and `/diagnostics`."""

import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from diagnostic_msgs.msg import DiagnosticArray, DiagnosticStatus, KeyValue
from rclpy.node import Node

from laecips_edge.core.health import Health, assess
from laecips_edge.ros import qos
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
    health: Health
    hardware_id: str


class StatusTopics:
    """Publishers of the status. Safe for several threads; counters never seem to go back.

    Args:
        node: Whose status it is.
        look: Takes a snapshot of it.
    """

    def __init__(self, node: Node, look: Callable[[], Snapshot]) -> None:
        self._node = node
        self._look = look
        self._status = node.create_publisher(EdgeStatus, "~/status", qos.reliable())
        self._diagnostics = node.create_publisher(DiagnosticArray, "/diagnostics", qos.reliable())
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
        stamp = self._node.get_clock().now().to_msg()
        status = EdgeStatus(**now.fields)
        status.header.stamp = stamp
        self._status.publish(status)
        level, line = assess(now.health)
        diagnostics = DiagnosticArray(
            status=[
                DiagnosticStatus(
                    level=bytes([level]),
                    name=self._node.get_fully_qualified_name(),
                    message=line,
                    hardware_id=now.hardware_id,
                    values=[
                        KeyValue(key=key, value=_text(value))
                        for key, value in (now.fields | now.details).items()
                    ],
                )
            ]
        )
        diagnostics.header.stamp = stamp
        self._diagnostics.publish(diagnostics)


def _text(value: Any) -> str:
    return f"{value:g}" if isinstance(value, float) else str(value)
