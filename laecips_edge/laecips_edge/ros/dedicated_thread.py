"""A thread of its own for the few entities of a node that every frame passes.

For each message rclpy's executors build, several times over, a wait set of all entities of a node:
of a managed node that has forty of them, about a millisecond of a core. A dedicated thread waits
for its own few entities, with one wait set for all its life.
"""

from __future__ import annotations

import threading
import traceback
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any, Final, TypeAlias

from rclpy.callback_groups import CallbackGroup
from rclpy.client import Client
from rclpy.event_handler import EventHandler
from rclpy.guard_condition import GuardCondition
from rclpy.impl.implementation_singleton import rclpy_implementation
from rclpy.node import Node
from rclpy.service import Service
from rclpy.subscription import Subscription

FOREVER: Final = -1

Entity: TypeAlias = "Subscription | Client | Service"


class DedicatedThread:
    """Runs the callbacks of some subscriptions, clients and services of a node.

    The entities are created with `callback_group=group`, so that the node's executor leaves them
    alone. The thread also runs the callbacks of a subscription's QoS events: an executor that
    waited for those would wake at each message too. The callback of a service is
    `callback(request, respond)`: it need not wait for its response, for `respond(response)` may be
    called later, once, on any thread.

    An error of a callback is logged, and the thread goes on.

    Args:
        node: the node.
        name: name of the thread.

    Attributes:
        group: callback group of the entities.
    """

    def __init__(self, node: Node, name: str) -> None:
        self.group = _LeftAlone()
        self._node = node
        self._name = name
        self._wake: GuardCondition | None = None
        self._stopping = False
        self._thread: threading.Thread | None = None

    def start(self, *entities: Entity) -> None:
        """Start to wait for entities of the group."""
        self._wake = GuardCondition(None, None, context=self._node.context)
        self._stopping = False
        self._thread = threading.Thread(
            target=self._work, args=(entities, self._wake), name=self._name
        )
        self._thread.start()

    def stop(self) -> None:
        """Stop, once a callback that runs has returned; then the entities may be destroyed."""
        if self._thread is None or self._wake is None:
            return
        self._stopping = True
        self._wake.trigger()
        self._thread.join()
        self._wake.destroy()
        self._thread = self._wake = None

    def _work(self, entities: tuple[Entity, ...], wake: GuardCondition) -> None:
        with ExitStack() as held:
            for entity in (*entities, wake):
                held.enter_context(entity.handle)
            wait_set = held.enter_context(_WaitSet(self._node, entities, wake))
            while not self._stopping:
                for ready in wait_set.ready():
                    try:
                        _receive(ready)
                    except Exception:
                        self._node.get_logger().error(traceback.format_exc())


class _LeftAlone(CallbackGroup):
    """A callback group of which an executor runs nothing."""

    def can_execute(self, entity: Any) -> bool:
        return False

    def beginning_execution(self, entity: Any) -> bool:
        return False


class _WaitSet:
    """What rclpy's executors wait with, for a fixed set of entities."""

    def __init__(self, node: Node, entities: tuple[Entity, ...], wake: GuardCondition) -> None:
        self._kinds = {
            "subscription": [each for each in entities if isinstance(each, Subscription)],
            "client": [each for each in entities if isinstance(each, Client)],
            "service": [each for each in entities if isinstance(each, Service)],
        }
        self._events = [
            event for each in self._kinds["subscription"] for event in each.event_handlers
        ]
        self._wake = wake
        subscriptions, clients, services = map(len, self._kinds.values())
        self._waits = rclpy_implementation.WaitSet(
            subscriptions, 1, 0, clients, services, len(self._events), node.context.handle
        )
        self._held = ExitStack()

    def __enter__(self) -> _WaitSet:
        for each in (self._waits, *self._events):
            self._held.enter_context(each)
        return self

    def __exit__(self, *error: object) -> None:
        self._held.close()

    def ready(self) -> Iterator[Entity | EventHandler]:
        """Wait for a message, a QoS event or the call to stop; return those that came."""
        waits = self._waits
        waits.clear_entities()
        for each in self._kinds["subscription"]:
            waits.add_subscription(each.handle)
        for each in self._kinds["client"]:
            waits.add_client(each.handle)
        for each in self._kinds["service"]:
            waits.add_service(each.handle)
        for each in self._events:
            each.add_to_wait_set(waits)
        waits.add_guard_condition(self._wake.handle)
        waits.wait(FOREVER)
        for kind, entities in self._kinds.items():
            found = waits.get_ready_entities(kind) if entities else ()
            yield from (each for each in entities if each.handle.pointer in found)
        yield from (each for each in self._events if each.is_ready(waits))


def _receive(entity: Entity | EventHandler) -> None:
    """Take what an entity has, if it still has something, and run the callback."""
    if isinstance(entity, EventHandler):
        event = entity.take_data()
        if event is not None:
            entity.callback(event)
    elif isinstance(entity, Subscription):
        taken = entity.handle.take_message(entity.msg_type, entity.raw)
        if taken is not None:
            entity.callback(taken[0])
    elif isinstance(entity, Client):
        header, response = entity.handle.take_response(entity.srv_type.Response)
        if header is not None:
            _complete(entity, header.request_id.sequence_number, response)
    else:
        request, header = entity.handle.service_take_request(entity.srv_type.Request)
        if header is not None:
            entity.callback(request, _responder(entity, header))


def _complete(client: Client, number: int, response: Any) -> None:
    try:
        future = client.get_pending_request(number)
    except KeyError:  # the request was cancelled
        return
    future.set_result(response)


def _responder(service: Service, header: Any) -> Callable[[Any], None]:
    return lambda response: service.send_response(response, header)
