"""A subscription to images whose reliability follows the camera's driver, if the user lets it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from rclpy.clock import Clock
from rclpy.event_handler import SubscriptionEventCallbacks, UnsupportedEventTypeError
from rclpy.node import Node
from rclpy.qos import qos_policy_name_from_kind
from rclpy.subscription import Subscription
from rclpy.timer import Timer

from laecips_edge.ros import qos
from laecips_edge.ros.dedicated_thread import DedicatedThread

BEST_AVAILABLE = "best_available"


class ImageInput:
    """A subscription to images, which come on a thread of their own, as do its QoS events.

    All methods run on the executor's thread.

    With `best_available` it is reliable as long as all publishers are: only then every large image
    arrives, for the middleware repeats what does not fit into its buffer. ROS decides that once,
    when a subscription is made; here a subscription is made anew as publishers come and go.

    Args:
        node: The node that subscribes.
        kind: Message type.
        topic: Resolved name of the topic.
        receive: Takes each message, on the subscription's own thread.
        reliability: One of `qos.RELIABILITIES`.
        clock: A clock that runs although the node's time may stand still.
        on_lost: Called with the number of images that the middleware reports as lost.
    """

    def __init__(
        self,
        node: Node,
        kind: type[Any],
        topic: str,
        receive: Callable[[Any], None],
        *,
        reliability: str,
        clock: Clock,
        on_lost: Callable[[int], None] = lambda number: None,
    ) -> None:
        self.kind = kind
        self.topic = topic
        self._node = node
        self._receive = receive
        self._asked = reliability
        self._clock = clock
        self._on_lost = on_lost
        self._soon: Timer | None = None
        self._thread = DedicatedThread(node, "images")
        self._chosen = ""
        self._chosen = self._best()
        self._subscription = self._subscribe()

    def review(self) -> None:
        """Subscribe anew if another reliability has become the best one; call it once a second."""
        best = self._best()
        if best == self._chosen:
            return
        self._chosen = best
        self._node.get_logger().info(f"subscribing anew to {self.topic}, {best} as its publishers")
        self._unsubscribe()
        self._subscription = self._subscribe()

    def destroy(self) -> None:
        """End the subscription."""
        self._unsubscribe()
        self._cancel()  # last, because until then the thread may hear of another publisher

    def _best(self) -> str:
        if self._asked != BEST_AVAILABLE:
            return self._asked
        offered = self._node.get_publishers_info_by_topic(self.topic)
        if not offered and self._chosen:
            return self._chosen  # the driver restarts, and will offer what it offered
        return qos.best_available(each.qos_profile.reliability for each in offered)

    def _subscribe(self) -> Subscription:
        def subscribe(**events: Callable[[Any], None]) -> Subscription:
            return self._node.create_subscription(
                self.kind,
                self.topic,
                self._receive,
                qos.sensor_data(self._chosen),
                callback_group=self._thread.group,
                event_callbacks=SubscriptionEventCallbacks(
                    incompatible_qos=self._does_not_match, **events
                ),
            )

        try:
            made = subscribe(message_lost=lambda event: self._on_lost(event.total_count_change))
        except UnsupportedEventTypeError:  # not every middleware counts losses
            made = subscribe()
        self._thread.start(made)
        return made

    def _unsubscribe(self) -> None:
        self._thread.stop()
        self._node.destroy_subscription(self._subscription)

    def _does_not_match(self, event: Any) -> None:
        policy = qos_policy_name_from_kind(event.last_policy_kind)
        if self._asked == BEST_AVAILABLE and policy == "RELIABILITY":
            if self._soon is None:
                # Later, because the event belongs to the subscription that is replaced.
                self._soon = self._node.create_timer(0.0, self._follow, clock=self._clock)
            return
        cure = "best_available" if policy == "RELIABILITY" else "that of a sensor in the driver"
        self._node.get_logger().error(
            f"a publisher on {self.topic} offers another {policy} than this node asks for, so none "
            f"of its images arrive: set {policy.lower()} to {cure}"
        )

    def _follow(self) -> None:
        self._cancel()
        self.review()

    def _cancel(self) -> None:
        timer, self._soon = self._soon, None
        if timer is not None:
            self._node.destroy_timer(timer)
