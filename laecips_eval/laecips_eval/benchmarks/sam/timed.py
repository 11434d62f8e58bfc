"""A wrapper that adds up the CPU time of a function's calls."""

from __future__ import annotations

from collections.abc import Callable
from time import process_time
from typing import Any


class Timed:
    """A function with a sum of its CPU time; other load on the machine does not count.

    Attributes:
        seconds: CPU seconds of all threads over all calls so far.
    """

    def __init__(self, function: Callable[..., Any]) -> None:
        self._function = function
        self.seconds = 0.0

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Call the function and return its result."""
        started = process_time()
        try:
            return self._function(*args, **kwargs)
        finally:
            self.seconds += process_time() - started
