"""A `Transport` over a ROS service."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Generic, TypeVar

from rclpy.client import Client
from rclpy.task import Future

from laecips_edge.core.link.transport import Call

Request = TypeVar("Request")
Answer = TypeVar("Answer")


class ServiceTransport(Generic[Request, Answer]):
    """The transport over a service client; answers arrive on the executor's thread.

    Args:
        client: Client of the service; the caller owns and destroys it.
        to_message: Converts a request to the service's request message.
        from_message: Converts the service's response message to an answer.
    """

    def __init__(
        self,
        client: Client,
        *,
        to_message: Callable[[Request], Any],
        from_message: Callable[[Any], Answer],
    ) -> None:
        self._client = client
        self._to_message = to_message
        self._from_message = from_message

    @property
    def present(self) -> bool:
        """Whether a server is discovered."""
        return bool(self._client.service_is_ready())

    def ask(self, request: Request, on_answer: Callable[[Answer], None]) -> Call:
        """Send a request; see `laecips_edge.core.link.transport.Transport.ask`."""
        future = self._client.call_async(self._to_message(request))
        future.add_done_callback(lambda done: self._hear(done, on_answer))
        return _ServiceCall(self._client, future)

    def _hear(self, done: Future, on_answer: Callable[[Answer], None]) -> None:
        # A cancelled future is done without a result.
        message = done.result()
        if message is not None:
            on_answer(self._from_message(message))


class _ServiceCall:
    """A request whose response has not arrived."""

    def __init__(self, client: Client, future: Future) -> None:
        self._client = client
        self._future = future

    def cancel(self) -> None:
        """Drop the response if it still arrives."""
        self._client.remove_pending_request(self._future)
