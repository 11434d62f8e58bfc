"""The bond with a lifecycle manager; by bondpy itself where it is installed, as with nav2."""

from collections.abc import Callable
from typing import Any

import pytest
from laecips_edge.ros import manager_bond
from laecips_edge.ros.lifecycle import ManagedNode
from processes import Peer, until
from std_msgs.msg import Empty


class Wheel(ManagedNode):
    def __init__(self, **options: Any) -> None:
        super().__init__("wheel", **options)


class NotedBond:
    """Notes what a node does with its bond, and what comes on its topic."""

    def __init__(self, node: Any, topic: str, name: str) -> None:
        self.topic, self.name, self.node = topic, name, node
        self.pub = node.create_publisher(Empty, topic, 1)
        self.heartbeat_period = self.heartbeat_timeout = 0.0
        self.did: list[str] = []
        self.heard: list[Empty] = []

    def start(self) -> None:
        self.sub = self.node.create_subscription(Empty, self.topic, self.heard.append, 1)
        self.did.append("start")

    def shutdown(self) -> None:
        self.sub.destroy()
        self.pub.destroy()
        self.did.append("shutdown")


@pytest.fixture
def bonds(monkeypatch: pytest.MonkeyPatch) -> list[NotedBond]:
    """The bonds that nodes have made."""
    made: list[NotedBond] = []

    def make(node: Any, topic: str, name: str) -> NotedBond:
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
    publisher = peer.publisher(Empty, "/bond")
    until(lambda: publisher.publish(Empty()) or bond.heard)
    assert peer.change_state("/wheel", "deactivate")
    assert bond.did == ["start", "shutdown"]
    assert peer.change_state("/wheel", "activate")
    first, second = bonds
    heard = len(first.heard)
    until(lambda: publisher.publish(Empty()) or second.heard)
    assert len(first.heard) == heard
    # An executor does not survive that somebody else destroys what it waits for.
    names = [each.topic_name for each in (*wheel.subscriptions, *wheel.publishers)]
    assert names.count("/bond") == 2
    assert peer.change_state("/wheel", "active_shutdown")
    assert second.did == ["start", "shutdown"]


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
    # Its own shutdown would end this test's executor; the node takes what it made away.
    peer.node.destroy_subscription(bond.sub)
    peer.node.destroy_publisher(bond.pub)
    bond.is_shutdown = True
