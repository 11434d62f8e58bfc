"""What the cloud node says of itself: `~/status` and `/diagnostics`."""

from __future__ import annotations

import socket
from typing import Any

from diagnostic_msgs.msg import DiagnosticArray, DiagnosticStatus, KeyValue
from laecips_edge.ros import qos
from rclpy.node import Node

from laecips_cloud.health import Health, assess
from laecips_msgs.msg import CloudStatus


class StatusTopics:
    """Publishers of the status.

    Args:
        node: whose status it is.
    """

    def __init__(self, node: Node) -> None:
        self._node = node
        self._status = node.create_publisher(CloudStatus, "~/status", qos.reliable())
        self._diagnostics = node.create_publisher(DiagnosticArray, "/diagnostics", qos.reliable())

    def publish(self, fields: dict[str, Any], health: Health) -> None:
        """Publishes both.

        Args:
            fields: of CloudStatus, all but the header.
            health: what the level and line of the diagnostics go by.
        """
        stamp = self._node.get_clock().now().to_msg()
        status = CloudStatus(**fields)
        status.header.stamp = stamp
        self._status.publish(status)
        level, line = assess(health)
        diagnostics = DiagnosticArray(
            status=[
                DiagnosticStatus(
                    level=bytes([level]),
                    name=self._node.get_fully_qualified_name(),
                    message=line,
                    hardware_id=socket.gethostname(),
                    values=[KeyValue(key=key, value=_text(fields[key])) for key in fields],
                )
            ]
        )
        diagnostics.header.stamp = stamp
        self._diagnostics.publish(diagnostics)


def _text(value: Any) -> str:
    return f"{value:g}" if isinstance(value, float) else str(value)
