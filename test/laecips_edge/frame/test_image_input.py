"""What a subscription to images does while it ends."""

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest
from laecips_edge.frame import image_input
from laecips_edge.frame.image_input import ImageInput
from rclpy.qos import QoSPolicyKind


class Thread:
    """A thread that hears of a best-effort publisher just before it stops."""

    group = None

    def __init__(self, *_: Any) -> None:
        self.event: Callable[[Any], None] | None = None

    def start(self, subscription: Any) -> None:
        self.event = subscription.incompatible_qos

    def stop(self) -> None:
        if self.event is not None:
            self.event(SimpleNamespace(last_policy_kind=QoSPolicyKind.RELIABILITY))


class Node:
    """Keeps subscriptions and timers until they are destroyed."""

    def __init__(self) -> None:
        self.alive: list[Any] = []

    def get_publishers_info_by_topic(self, topic: str) -> list[Any]:
        return []

    def create_subscription(self, *_: Any, event_callbacks: Any, **__: Any) -> Any:
        made = SimpleNamespace(incompatible_qos=event_callbacks.incompatible_qos)
        self.alive.append(made)
        return made

    def create_timer(self, *_: Any, **__: Any) -> Any:
        self.alive.append("timer")
        return "timer"

    def destroy(self, it: Any) -> None:
        self.alive.remove(it)

    destroy_subscription = destroy_timer = destroy


def test_a_publisher_that_is_heard_of_while_it_ends_brings_it_not_back(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(image_input, "DedicatedThread", Thread)
    node: Any = Node()
    clock: Any = None
    it = ImageInput(node, object, "image", print, reliability="best_available", clock=clock)
    it.destroy()
    assert node.alive == []
