"""A node's topics below one more name, as rclcpp's sub-nodes have them and rclpy has not."""

from __future__ import annotations

from typing import Any

from rclpy.node import Node


class SubNode:
    """The part of a node that belongs to one of its cameras.

    `~/label_map` becomes `~/front/label_map` and `image` becomes `front/image`; absolute names
    stay. All else is the node's own: what makes publishers takes a node or a part of one.

    Args:
        node: the node.
        name: the part's name; empty: all names stay.
    """

    def __init__(self, node: Node, name: str) -> None:
        self._node = node
        self._name = name

    def __getattr__(self, name: str) -> Any:
        """Return what the node itself has."""
        return getattr(self._node, name)

    def create_publisher(self, kind: type[Any], topic: str, *args: Any, **options: Any) -> Any:
        """Create a publisher, as `rclpy.node.Node.create_publisher`."""
        return self._node.create_publisher(kind, self.within(topic), *args, **options)

    def create_subscription(self, kind: type[Any], topic: str, *args: Any, **options: Any) -> Any:
        """Create a subscription, as `rclpy.node.Node.create_subscription`."""
        return self._node.create_subscription(kind, self.within(topic), *args, **options)

    def resolve_topic_name(self, topic: str, **options: Any) -> str:
        """Return the full name of a topic, as `rclpy.node.Node.resolve_topic_name`."""
        return str(self._node.resolve_topic_name(self.within(topic), **options))

    def get_fully_qualified_name(self) -> str:
        """Return the node's full name, followed by that of the part."""
        name = str(self._node.get_fully_qualified_name())
        return f"{name}/{self._name}" if self._name else name

    def within(self, topic: str) -> str:
        """Return a topic's name as the node calls it."""
        if not self._name or topic.startswith("/"):
            return topic
        if topic.startswith("~/"):
            return f"~/{self._name}/{topic.removeprefix('~/')}"
        return f"{self._name}/{topic}"
