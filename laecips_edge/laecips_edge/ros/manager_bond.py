"""The bond of an active node with its lifecycle manager, which so notices that a node has died.

nav2's lifecycle manager takes a node without a bond for dead, unless its `bond_timeout` is 0. The
package `bondpy` makes bonds; a node without it says so and does without.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from rclpy.node import Node

TOPIC: Final = "bond"
"""Topic of all bonds, relative as nav2's: node and manager share a namespace."""

PERIOD_S: Final = 0.1
"""Seconds between two heartbeats, as of nav2's nodes."""

TIMEOUT_S: Final = 4.0
"""Seconds without the manager's heartbeat after which the bond is broken."""

MakeBond = Callable[[Node, str, str], Any]


def installed_bond() -> MakeBond | None:
    """Return bondpy's class of a bond; None where it is not installed."""
    try:
        from bondpy.bondpy import Bond  # noqa: PLC0415 - only where a manager runs
    except ImportError:
        return None
    made: MakeBond = Bond
    return made


class ManagerBond:
    """The bond of one node. For the executor's thread.

    Args:
        node: the node; its name is the bond's.
    """

    def __init__(self, node: Node) -> None:
        self._node = node
        self._topics = _BondTopics(node)
        self._bond: Any = None

    def form(self) -> None:
        """Offer the bond; the manager completes it. Without bondpy log one line."""
        make = installed_bond()
        if make is None:
            self._node.get_logger().info(
                "no bond with a lifecycle manager, because bondpy is not installed: install it, or "
                "set the manager's bond_timeout to 0"
            )
            return
        self.end()
        self._bond = make(self._topics, TOPIC, self._node.get_name())
        self._bond.heartbeat_period = PERIOD_S
        self._bond.heartbeat_timeout = TIMEOUT_S
        self._bond.start()

    def end(self) -> None:
        """Tell the manager that the node stops of its own; do nothing without a bond."""
        bond, self._bond = self._bond, None
        if bond is not None:
            bond.shutdown()
            self._topics.hear(None)


class _BondTopics:
    """The node as a bond sees it: its publisher and subscription outlive the bond.

    A bond destroys both as it ends, and an executor that waits for them on another thread then ends
    by an exception. So each of the node's bonds gets the same two, which only the node destroys.
    """

    def __init__(self, node: Node) -> None:
        self._node = node
        self._publisher: Any = None
        self._subscription: Any = None
        self._heard: Callable[[Any], None] | None = None

    def create_publisher(self, message: Any, topic: str, depth: int) -> _KeptTopic:
        if self._publisher is None:
            self._publisher = self._node.create_publisher(message, topic, depth)
        return _KeptTopic(self._publisher.publish)

    def create_subscription(
        self, message: Any, topic: str, callback: Callable[[Any], None], depth: int
    ) -> _KeptTopic:
        self.hear(callback)
        if self._subscription is None:
            self._subscription = self._node.create_subscription(message, topic, self._take, depth)
        return _KeptTopic()

    def hear(self, callback: Callable[[Any], None] | None) -> None:
        """Give what comes to a bond; None: to nobody."""
        self._heard = callback

    def _take(self, message: Any) -> None:
        heard = self._heard
        if heard is not None:
            heard(message)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._node, name)


class _KeptTopic:
    """A publisher or subscription that a bond does not destroy."""

    def __init__(self, publish: Callable[[Any], None] | None = None) -> None:
        self.publish = publish

    def destroy(self) -> None:
        """Leave it to the node."""
