"""A node's status: its own status message and `/diagnostics`, with the same stamp."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from rclpy.node import Node

from laecips_edge.core.frame.health.health import Level
from laecips_edge.ros import qos
from laecips_edge.ros.diagnostics import Diagnostics, as_text


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
        self._status = node.create_publisher(message, "~/status", qos.reliable())
        self._diagnostics = Diagnostics(node, text=text)

    def destroy(self) -> None:
        """Destroy both publishers; call it on the executor's thread."""
        self._node.destroy_publisher(self._status)
        self._diagnostics.destroy()

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
        self._diagnostics.publish(
            {**fields, **(details or {})}, assessment, hardware_id=hardware_id, stamp=stamp
        )
