"""A thread of its own for some entities of a node, beside a peer that is spun as usual."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from laecips_edge.ros import qos
from laecips_edge.ros.dedicated_thread import DedicatedThread
from processes import Peer, until
from rclpy.event_handler import SubscriptionEventCallbacks
from rclpy.node import Node
from std_msgs.msg import Int32

from laecips_msgs.srv import Adapt

Respond = Callable[[Adapt.Response], None]


@pytest.fixture
def node(start: Callable[..., Any]) -> Node:
    """A node beside the peer's, spun too: its executor must leave the thread's entities alone."""
    return start(lambda **options: Node("under_test", **options))


@pytest.fixture
def thread(node: Node) -> Iterator[DedicatedThread]:
    it = DedicatedThread(node, "frames")
    yield it
    it.stop()


def test_messages_come_on_the_thread_in_order(
    node: Node, peer: Peer, thread: DedicatedThread
) -> None:
    heard: list[tuple[int, str]] = []

    def hear(message: Int32) -> None:
        heard.append((message.data, threading.current_thread().name))

    thread.start(node.create_subscription(Int32, "numbers", hear, 10, callback_group=thread.group))
    publisher = peer.node.create_publisher(Int32, "numbers", 10)
    until(publisher.get_subscription_count)
    for number in range(5):
        publisher.publish(Int32(data=number))
    until(lambda: len(heard) == 5)
    assert heard == [(number, "frames") for number in range(5)]


def test_an_error_is_logged_and_the_next_message_comes(
    node: Node, peer: Peer, thread: DedicatedThread
) -> None:
    heard: list[float] = []
    subscription = node.create_subscription(
        Int32, "numbers", lambda m: heard.append(1 / m.data), 10, callback_group=thread.group
    )
    thread.start(subscription)
    publisher = peer.node.create_publisher(Int32, "numbers", 10)
    until(publisher.get_subscription_count)
    publisher.publish(Int32(data=0))
    publisher.publish(Int32(data=1))
    until(lambda: heard == [1.0])


def test_qos_events_come_on_the_thread_too(node: Node, peer: Peer, thread: DedicatedThread) -> None:
    heard: list[str] = []
    events = SubscriptionEventCallbacks(
        incompatible_qos=lambda event: heard.append(threading.current_thread().name)
    )
    subscription = node.create_subscription(
        Int32, "numbers", print, 10, callback_group=thread.group, event_callbacks=events
    )
    thread.start(subscription)
    peer.node.create_publisher(Int32, "numbers", qos.sensor_data("best_effort"))
    until(lambda: heard)
    assert heard == ["frames"]


def test_responses_may_come_later_from_any_thread_and_in_any_order(
    node: Node, peer: Peer, thread: DedicatedThread
) -> None:
    waiting: dict[int, Respond] = {}
    service = node.create_service(
        Adapt,
        "ask",
        lambda request, respond: waiting.update({request.version: respond}),
        callback_group=thread.group,
    )
    thread.start(service)
    client = peer.node.create_client(Adapt, "ask")
    until(client.service_is_ready)
    futures = [client.call_async(Adapt.Request(version=version)) for version in (1, 2)]
    until(lambda: len(waiting) == 2)
    for version in (2, 1):
        waiting[version](Adapt.Response(message=f"version {version}"))
        until(futures[version - 1].done)
    assert [future.result().message for future in futures] == ["version 1", "version 2"]


def test_a_client_hears_its_responses_but_not_those_it_gave_up(
    node: Node, peer: Peer, thread: DedicatedThread
) -> None:
    def answer(request: Adapt.Request, response: Adapt.Response) -> Adapt.Response:
        response.message = f"version {request.version}"
        return response

    peer.node.create_service(Adapt, "ask", answer)
    client = node.create_client(Adapt, "ask", callback_group=thread.group)
    until(client.service_is_ready)
    given_up, heard = client.call_async(Adapt.Request(version=1)), []
    client.remove_pending_request(given_up)
    thread.start(client)
    future = client.call_async(Adapt.Request(version=2))
    future.add_done_callback(
        lambda done: heard.append((done.result().message, threading.current_thread().name))
    )
    until(lambda: heard)
    assert heard == [("version 2", "frames")]
    assert not given_up.done()


def test_once_stopped_it_takes_nothing_and_can_be_started_again(
    node: Node, peer: Peer, thread: DedicatedThread
) -> None:
    heard: list[int] = []
    subscription = node.create_subscription(
        Int32, "numbers", lambda m: heard.append(m.data), 10, callback_group=thread.group
    )
    publisher = peer.node.create_publisher(Int32, "numbers", 10)
    until(publisher.get_subscription_count)
    thread.start(subscription)
    thread.stop()
    thread.stop()
    publisher.publish(Int32(data=1))
    thread.start(subscription)
    until(lambda: heard == [1])
