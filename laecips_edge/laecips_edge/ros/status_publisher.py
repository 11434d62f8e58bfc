"""A node's status: its own status message and `/diagnostics`, with the same stamp."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from diagnostic_msgs.msg import DiagnosticArray, DiagnosticStatus, KeyValue
from rclpy.node import Node

from laecips_edge.core.frame.health import Level
from laecips_edge.ros import qos


def as_text(value: Any) -> str:
    """A value as the diagnostics show it."""
    return f"{value:g}" if isinstance(value, float) else str(value)


class StatusPublisher:
    """Publishers of `~/status` and `/diagnostics`.

    Args:
        node: The node that publishes.
        message: Message type of `~/status`; it must have a header.
        text: Returns the text of a value in the diagnostics.
    """

    def __init__(
        self, node: Node, message: type[Any], *, text: Callable[[Any], str] = as_text
    ) -> None:
        self._node = node
        self._message = message
        self._text = text
        self._status = node.create_publisher(message, "~/status", qos.reliable())
        self._diagnostics = node.create_publisher(DiagnosticArray, "/diagnostics", qos.reliable())

    def publish(
        self,
        fields: Mapping[str, Any],
        assessment: tuple[Level, str],
        *,
        hardware_id: str,
        details: Mapping[str, Any] | None = None,
    ) -> None:
        """Publish both.

        Args:
            fields: All fields of the message but the header.
            assessment: Level and line of the diagnostics.
            hardware_id: Hardware id of the diagnostics.
            details: Further values, for the diagnostics only.
        """
        stamp = self._node.get_clock().now().to_msg()
        status = self._message(**fields)
        status.header.stamp = stamp
        self._status.publish(status)
        level, line = assessment
        diagnostics = DiagnosticArray(
            status=[
                DiagnosticStatus(
                    level=bytes([level]),
                    name=self._node.get_fully_qualified_name(),
                    message=line,
                    hardware_id=hardware_id,
                    values=[
                        KeyValue(key=key, value=self._text(value))
                        for key, value in {**fields, **(details or {})}.items()
                    ],
                )
            ]
        )
        diagnostics.header.stamp = stamp
        self._diagnostics.publish(diagnostics)
