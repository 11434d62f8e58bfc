"""A function that adds up what its calls take of the processor."""

from __future__ import annotations

from collections.abc import Callable
from time import process_time
from typing import Any


class Timed:
    """Calls a function; other load on the machine does not count.

    Attributes:
        seconds: of the processor, all threads, all calls so far.
    """

    def __init__(self, function: Callable[..., Any]) -> None:
        self._function = function
        self.seconds = 0.0

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """What the function gives."""
        started = process_time()
        try:
            return self._function(*args, **kwargs)
        finally:
            self.seconds += process_time() - started
