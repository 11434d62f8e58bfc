"""Which lines for a log say something new: a failure that lasts must not fill the log."""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Callable
from typing import Final

AGAIN_S: Final = 60.0
"""Seconds after which a line is told again."""

_MOST_KINDS: Final = 32

_NUMBER: Final = re.compile(r"\d+")


class RepeatedLines:
    """The kinds of lines that were told lately. Safe for several threads.

    Lines that differ in their numbers alone are of one kind: `truncated after 812 bytes` has
    another number for each frame, and says the same.

    Args:
        clock: monotonic seconds.

    Example:
        >>> lines = RepeatedLines()
        >>> [lines.is_new(each) for each in ("cut after 7 bytes", "cut after 9 bytes", "no data")]
        [True, False, True]
    """

    def __init__(self, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._told_s: dict[tuple[str, str], float] = {}

    def is_new(self, line: str, *, of: str = "") -> bool:
        """Return whether to tell a line: no other of its kind was told in the last `AGAIN_S`.

        Args:
            line: the line.
            of: whom it is about; equal lines about others are new.
        """
        with self._lock:
            return self._is_new((of, _NUMBER.sub("0", line)), self._clock())

    def _is_new(self, kind: tuple[str, str], now_s: float) -> bool:
        if now_s - self._told_s.get(kind, float("-inf")) < AGAIN_S:
            return False
        self._told_s.pop(kind, None)
        self._told_s[kind] = now_s
        while len(self._told_s) > _MOST_KINDS:
            del self._told_s[next(iter(self._told_s))]
        return True
