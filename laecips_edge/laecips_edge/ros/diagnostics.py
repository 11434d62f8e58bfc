"""Publisher of a node's status in `/diagnostics`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from diagnostic_msgs.msg import DiagnosticArray, DiagnosticStatus, KeyValue
from rclpy.node import Node

from laecips_edge.core.frame.health.health import Level
from laecips_edge.ros import qos


def as_text(value: Any) -> str:
    """Return a value as the diagnostics show it."""
    return f"{value:g}" if isinstance(value, float) else str(value)


class Diagnostics:
    """Publisher of `/diagnostics`.

    Args:
        node: the node to report on.
        text: converts a value to text.
    """

    def __init__(self, node: Node, *, text: Callable[[Any], str] = as_text) -> None:
        self._node = node
        self._text = text
        self._publisher = node.create_publisher(DiagnosticArray, "/diagnostics", qos.reliable())

    def destroy(self) -> None:
        """Destroy the publisher; call it on the executor's thread."""
        self._node.destroy_publisher(self._publisher)

    def publish(
        self,
        values: Mapping[str, Any],
        assessment: tuple[Level, str],
        *,
        hardware_id: str,
        stamp: Any = None,
    ) -> None:
        """Publish one status.

        Args:
            values: values by name.
            assessment: level and message.
            hardware_id: id of the machine.
            stamp: builtin_interfaces/Time; now if None.
        """
        level, line = assessment
        diagnostics = DiagnosticArray(
            status=[
                DiagnosticStatus(
                    level=bytes([level]),
                    name=self._node.get_fully_qualified_name(),
                    message=line,
                    hardware_id=hardware_id,
                    values=[
                        KeyValue(key=key, value=self._text(value)) for key, value in values.items()
                    ],
                )
            ]
        )
        diagnostics.header.stamp = stamp or self._node.get_clock().now().to_msg()
        self._publisher.publish(diagnostics)
