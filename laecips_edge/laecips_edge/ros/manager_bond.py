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
        self._bond = make(self._node, TOPIC, self._node.get_name())
        self._bond.heartbeat_period = PERIOD_S
        self._bond.heartbeat_timeout = TIMEOUT_S
        self._bond.start()

    def end(self) -> None:
        """Tell the manager that the node stops of its own; do nothing without a bond."""
        bond, self._bond = self._bond, None
        if bond is None:
            return
        bond.shutdown()
        # It destroys what it made, and leaves it in the node's lists.
        self._node.destroy_subscription(bond.sub)
        self._node.destroy_publisher(bond.pub)
