"""Limits the memory that glibc's malloc keeps for the threads of a process.

By default it keeps up to eight arenas a processor, and what one of them holds free, no other
thread gets. Here a process's threads share few.
"""

from __future__ import annotations

import ctypes
from typing import Final

MOST: Final = 2
_M_ARENA_MAX: Final = -8


def share_arenas() -> bool:
    """Let threads started from now on share arenas; return whether this malloc can."""
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)  # another libc may have none
    return mallopt is not None and bool(mallopt(_M_ARENA_MAX, MOST))
