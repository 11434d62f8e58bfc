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


def give_back() -> bool:
    """Give what all arenas hold free back to the system; return whether there was anything.

    Of itself malloc only gives back the end of an arena, and one small block there keeps all that
    is free before it. Call it after much was freed, not in the way of a frame: it takes
    milliseconds, in which other threads may wait for memory.
    """
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None)  # as above
    return trim is not None and bool(trim(0))
