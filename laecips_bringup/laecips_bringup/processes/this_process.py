"""Temporary changes of a command's own process: signal handling and environment variables."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from types import FrameType
from typing import Any

_STDOUT, _STDERR = 1, 2


@contextmanager
def signals_interrupt() -> Iterator[None]:
    """Raise KeyboardInterrupt in the main thread on SIGTERM or SIGHUP, as Ctrl-C does.

    A SIGHUP that is already ignored, as under `nohup`, stays ignored. A SIGHUP means that the
    terminal is gone: redirect its output to nowhere, so that a failed write does not prevent the
    report.
    """
    terminals = [number for number in (_STDOUT, _STDERR) if os.isatty(number)]

    def interrupt(number: int, frame: FrameType | None) -> None:
        if number == signal.SIGHUP:
            _silence(terminals)
        raise KeyboardInterrupt

    former = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGHUP)}
    chosen = {number: handler for number, handler in former.items() if handler != signal.SIG_IGN}
    for number in chosen:
        signal.signal(number, interrupt)
    try:
        yield
    finally:
        for number, handler in chosen.items():
            signal.signal(number, handler)


@contextmanager
def environment(added: Mapping[str, str]) -> Iterator[None]:
    """Set variables of this process and its children; restore the previous values at the end."""
    before: dict[str, Any] = {name: os.environ.get(name) for name in added}
    os.environ.update(added)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value


def _silence(descriptors: list[int]) -> None:
    nowhere = os.open(os.devnull, os.O_WRONLY)
    for descriptor in descriptors:
        os.dup2(nowhere, descriptor)
    os.close(nowhere)
