"""Who waits at the other end of the network, and waiting with it for an answer."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Protocol, TypeVar

from laecips_edge.core.link.transport import Transport

Request = TypeVar("Request")
Answer = TypeVar("Answer")


class Caller(Protocol):
    """Who waits for the answer, at the other end of the network."""

    @property
    def robot(self) -> str:
        """Name in the certificate; empty where there is none, in plain text."""
        ...

    def seconds_left(self) -> float:
        """Return seconds until the caller waits no longer, at most 0 where it has stopped."""
        ...

    def on_end(self, listener: Callable[[], None]) -> None:
        """Call `listener` when the caller has gone, at once where it has."""
        ...


class GoneError(Exception):
    """Nobody waits for the answer any more."""


def wait_for_answer(
    transport: Transport[Request, Answer], request: Request, caller: Caller, seconds: float
) -> Answer:
    """Ask, and return the answer.

    Raises:
        GoneError: the caller has gone, or the seconds have passed; the answer will be dropped.
    """
    ended = threading.Event()
    answers: list[Answer] = []

    def hear(answer: Answer) -> None:
        answers.append(answer)
        ended.set()

    call = transport.ask(request, hear)
    caller.on_end(ended.set)
    ended.wait(seconds)
    if not answers:
        call.cancel()
        raise GoneError
    return answers[0]
