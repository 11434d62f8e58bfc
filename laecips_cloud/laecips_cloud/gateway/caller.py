"""The remote caller of a gRPC call, and the wait for its answer."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Final, Protocol, TypeVar

from laecips_edge.core.link.transport import Transport

Request = TypeVar("Request")
Answer = TypeVar("Answer")


PLAIN_TEXT: Final = "in plain text"
"""Whose quota and counters callers without a certificate share."""


class Caller(Protocol):
    """The remote caller that waits for an answer."""

    @property
    def robot(self) -> str:
        """Robot name in the certificate; empty without a certificate, in plain text."""
        ...

    def seconds_left(self) -> float:
        """Return the seconds until the caller stops waiting; at most 0 if it has stopped."""
        ...

    def on_end(self, listener: Callable[[], None]) -> None:
        """Call `listener` when the caller has gone; at once if it has gone already."""
        ...


class GoneError(Exception):
    """The caller no longer waits for the answer."""


class WrongRobotError(Exception):
    """The robot named in a request is not the robot of the certificate; one line."""


def check_robot(caller: Caller, robot: str) -> None:
    """Raise WrongRobotError if a request names another robot than the caller's certificate."""
    if caller.robot and robot != caller.robot:
        raise WrongRobotError(
            f"the certificate is of robot {caller.robot}, the request of {robot!r}: "
            "set the edge node's parameter `robot` to the name in the certificate"
        )


def wait_for_answer(
    transport: Transport[Request, Answer], request: Request, caller: Caller, seconds: float
) -> Answer:
    """Ask through the transport, and return the answer.

    Raises:
        GoneError: the caller has gone, or the time has passed; a late answer is dropped.
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
