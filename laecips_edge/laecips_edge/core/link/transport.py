"""The interface that carries a request to a server and its answer back.

`laecips_edge.ros.service_transport` uses a ROS service; `InProcessTransport` calls the server as a
function. A transport may lose a request or an answer; the caller watches the deadline.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Generic, Protocol, TypeVar

Request = TypeVar("Request")
Answer = TypeVar("Answer")
Request_contra = TypeVar("Request_contra", contravariant=True)
Answer_co = TypeVar("Answer_co", covariant=True)


class Call(Protocol):
    """A request in flight."""

    def cancel(self) -> None:
        """Stop waiting for the answer; it is dropped if it still arrives."""
        ...


class Transport(Protocol[Request_contra, Answer_co]):
    """A link to one server. Safe for several threads."""

    @property
    def present(self) -> bool:
        """Whether the server is there, as far as the transport knows."""
        ...

    def ask(self, request: Request_contra, on_answer: Callable[[Answer_co], None]) -> Call:
        """Send a request and return at once.

        Args:
            request: The request; if it has a field for the deadline, the caller has set it.
            on_answer: Called with the answer, at most once, on any thread, possibly before `ask`
                returns; it must return at once. Not called if the answer is lost.

        Returns:
            The request in flight.

        Raises:
            Exception: The request was not sent, and no answer will come.
        """
        ...


class InProcessTransport(Generic[Request, Answer]):
    """A transport that calls the server as a function, for a replay without ROS and for tests.

    Args:
        handle: Returns the answer to a request.

    Example:
        >>> heard = []
        >>> call = InProcessTransport(str.upper).ask("hello", heard.append)
        >>> heard
        ['HELLO']
    """

    def __init__(self, handle: Callable[[Request], Answer]) -> None:
        self._handle = handle

    @property
    def present(self) -> bool:
        """Always true: the server is a function of this process."""
        return True

    def ask(self, request: Request, on_answer: Callable[[Answer], None]) -> Call:
        """Answer at once; see `Transport.ask`."""
        on_answer(self._handle(request))
        return _Answered()


class _Answered:
    """A call that has its answer already."""

    def cancel(self) -> None:
        """Do nothing: the answer was given already."""
