"""How a request gets to the other side and its answer back, whatever carries it.

`laecips_edge.ros.service_transport` carries requests over a ROS service, `InProcessTransport` calls
the other side as a function. A transport may fail at any moment; who asks keeps the deadline.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Generic, Protocol, TypeVar

Request = TypeVar("Request")
Answer = TypeVar("Answer")
Request_contra = TypeVar("Request_contra", contravariant=True)
Answer_co = TypeVar("Answer_co", covariant=True)


class Call(Protocol):
    """A request on its way."""

    def cancel(self) -> None:
        """Wait for the answer no longer: it is dropped if it comes after all."""
        ...


class Transport(Protocol[Request_contra, Answer_co]):
    """One way to the other side. Safe for several threads."""

    @property
    def present(self) -> bool:
        """Whether the other side can be asked at all, as far as the transport knows."""
        ...

    def ask(self, request: Request_contra, on_answer: Callable[[Answer_co], None]) -> Call:
        """Send a request and return at once.

        Args:
            request: Carries how long the asker waits, where its kind has a deadline.
            on_answer: Called with the answer, at most once, on any thread, maybe before `ask`
                returns; it must return at once. Never called where the answer is lost.

        Returns:
            The request on its way.

        Raises:
            Exception: the request was not sent, and no answer will come.
        """
        ...


class InProcessTransport(Generic[Request, Answer]):
    """Calls the other side as a function: for a replay without ROS, and for tests.

    Args:
        handle: Answers a request.

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
        """Always: there is nothing between."""
        return True

    def ask(self, request: Request, on_answer: Callable[[Answer], None]) -> Call:
        """Answer at once; see `Transport.ask`."""
        on_answer(self._handle(request))
        return _Answered()


class _Answered:
    """A call that is over when it begins."""

    def cancel(self) -> None:
        """Do nothing: the answer has come."""
