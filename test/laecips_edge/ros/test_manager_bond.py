"""The bond with a lifecycle manager; by bondpy itself where it is installed, as with nav2."""

from collections.abc import Callable
from typing import Any

import pytest
from laecips_edge.ros import manager_bond
from laecips_edge.ros.lifecycle import ManagedNode
from processes import Peer, until


class Wheel(ManagedNode):
    def __init__(self, **options: Any) -> None:
        super().__init__("wheel", **options)


class NotedBond:
    """Notes what a node does with its bond."""

    def __init__(self, node: Any, topic: str, name: str) -> None:
        self.topic, self.name = topic, name
        self.pub = node.create_publisher(node.message, topic, 1)
        self.sub = node.create_subscription(node.message, topic, lambda message: None, 1)
        self.heartbeat_period = self.heartbeat_timeout = 0.0
        self.did: list[str] = []

    def start(self) -> None:
        self.did.append("start")

    def shutdown(self) -> None:
        self.did.append("shutdown")


@pytest.fixture
def bonds(monkeypatch: pytest.MonkeyPatch) -> list[NotedBond]:
    """The bonds that nodes have made."""
    from std_msgs.msg import Empty  # noqa: PLC0415 - any message will do

    made: list[NotedBond] = []

    def make(node: Any, topic: str, name: str) -> NotedBond:
        node.message = Empty
        made.append(NotedBond(node, topic, name))
        return made[-1]

    monkeypatch.setattr(manager_bond, "installed_bond", lambda: make)
    return made


def test_an_active_node_under_a_manager_has_a_bond(
    start: Callable[..., Any], peer: Peer, bonds: list[NotedBond]
) -> None:
    wheel = start(Wheel, autostart=False)
    assert peer.change_state("/wheel", "configure")
    assert bonds == []
    assert peer.change_state("/wheel", "activate")
    (bond,) = bonds
    assert (bond.topic, bond.name, bond.did) == ("bond", "wheel", ["start"])
    assert 0 < bond.heartbeat_period < bond.heartbeat_timeout
    assert peer.change_state("/wheel", "deactivate")
    assert bond.did == ["start", "shutdown"]
    assert bond.sub not in wheel.subscriptions
    assert bond.pub not in wheel.publishers
    assert peer.change_state("/wheel", "activate")
    assert peer.change_state("/wheel", "active_shutdown")
    assert [each.did for each in bonds] == [["start", "shutdown"]] * 2


def test_without_a_manager_there_is_none(start: Callable[..., Any], bonds: list[NotedBond]) -> None:
    wheel = start(Wheel)
    until(lambda: wheel.state == "active")
    assert bonds == []


def test_where_bondpy_is_missing_the_node_does_without(
    start: Callable[..., Any], peer: Peer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(manager_bond, "installed_bond", lambda: None)
    start(Wheel, autostart=False)
    assert peer.change_state("/wheel", "configure")
    assert peer.change_state("/wheel", "activate")
    assert peer.change_state("/wheel", "deactivate")


def test_it_forms_with_a_managers_bond_and_ends_with_the_node(
    start: Callable[..., Any], peer: Peer
) -> None:
    bondpy = pytest.importorskip("bondpy.bondpy", reason="bondpy comes with ROS from apt alone")
    start(Wheel, autostart=False)
    assert peer.change_state("/wheel", "configure")
    assert peer.change_state("/wheel", "activate")
    ended: list[bool] = []
    bond = bondpy.Bond(peer.node, "bond", "wheel", on_broken=lambda: ended.append(True))
    bond.start()
    until(lambda: bond.sister_instance_id is not None and not bond.is_broken())
    assert peer.change_state("/wheel", "deactivate")
    until(bond.is_broken)
    assert ended == [True]
    bond.shutdown()
