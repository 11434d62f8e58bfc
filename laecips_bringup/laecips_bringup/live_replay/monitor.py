"""A node that receives serialised messages and passes them on without decoding them.

Its thread does nothing else, so that the receipt time is exact.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from functools import partial
from types import TracebackType
from typing import Any

import rclpy
from laecips_edge.ros.qos import reliable
from rcl_interfaces.srv import GetParameters, ListParameters
from rclpy.context import Context
from rclpy.executors import ExternalShutdownException, SingleThreadedExecutor
from rclpy.node import Node
from rclpy.parameter import parameter_value_to_python
from rclpy.task import Future

from laecips_bringup.live_replay.feeds import Feed

Take = Callable[[Feed, bytes, int], None]
_DEPTH = 200
_POLL_S = 0.02


class Monitor:
    """A node in the ROS domain of a run; leaving the context ends its thread.

    Args:
        take: called with feed, serialised message and monotonic receipt time in nanoseconds, on the
            monitor's thread; must be quick.
        domain: ROS domain to join.
        name: name of the node.
    """

    def __init__(self, *, take: Take, domain: int, name: str = "replay") -> None:
        """Join the domain."""
        self._take = take
        self._context = Context()
        rclpy.init(context=self._context, args=[], domain_id=domain)
        self._node = Node(name, context=self._context)
        self._executor = SingleThreadedExecutor(context=self._context)
        self._executor.add_node(self._node)
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._spin, name="monitor")

    def __enter__(self) -> Monitor:
        """Start to listen."""
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Stop to listen and leave the domain."""
        self._stopping.set()
        self._executor.wake()
        self._thread.join()
        self._node.destroy_node()
        self._context.try_shutdown()

    def listen(self, feeds: Sequence[Feed]) -> None:
        """Subscribe to more feeds."""
        for feed in feeds:
            self._node.create_subscription(
                feed.message,
                feed.topic,
                partial(self._receive, feed),
                reliable(depth=_DEPTH),
                raw=True,
            )

    def parameters(self, node: str, *, limit_s: float) -> dict[str, Any]:
        """Return all parameters of a running node.

        Args:
            node: full name of the node.
            limit_s: time limit, seconds.

        Raises:
            TimeoutError: the node does not answer in time.
        """
        deadline = time.monotonic() + limit_s
        listed = self._call(
            ListParameters, f"{node}/list_parameters", ListParameters.Request(), deadline
        )
        names = sorted(listed.result.names)
        values = self._call(
            GetParameters, f"{node}/get_parameters", GetParameters.Request(names=names), deadline
        )
        return {
            name: parameter_value_to_python(value)
            for name, value in zip(names, values.values, strict=True)
        }

    def _receive(self, feed: Feed, data: bytes) -> None:
        self._take(feed, data, time.monotonic_ns())

    def _call(self, kind: type, service: str, request: Any, deadline: float) -> Any:
        """Call a service; repeat the request, which can be lost until both sides are discovered."""
        client = self._node.create_client(kind, service)
        futures: list[Future] = []
        again = 0.0
        try:
            while time.monotonic() < deadline:
                for future in futures:
                    if future.done():
                        return future.result()
                if client.service_is_ready() and time.monotonic() > again:
                    futures.append(client.call_async(request))
                    again = time.monotonic() + 1.0
                time.sleep(_POLL_S)
        finally:
            self._node.destroy_client(client)
        raise TimeoutError(f"{service} does not answer: is its node alive?")

    def _spin(self) -> None:
        with suppress(ExternalShutdownException):
            while not self._stopping.is_set():
                self._executor.spin_once(timeout_sec=0.2)
