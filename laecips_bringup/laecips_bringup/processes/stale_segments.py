"""Shared memory that killed processes have left behind.

A participant that ends by SIGKILL leaves its segment, 64 MB with our profile, in /dev/shm for good.
Fast DDS keeps a lock on a file beside each segment while its owner lives, so what can be locked is
nobody's any more (`fastdds shm clean` goes by the same).
"""

from __future__ import annotations

import fcntl
import re
import time
from contextlib import suppress
from pathlib import Path
from typing import Final

from laecips_bringup.graph.transport import SHARED_MEMORY

_SEGMENT: Final = re.compile(r"fastrtps_[0-9a-f]{16}")
_YOUNGEST_S: Final = 60.0
"""A segment may be locked a moment after it was made: the young ones are left alone."""


def remove_stale_segments(folder: Path = SHARED_MEMORY) -> int:
    """Removes segments whose owner is gone.

    Args:
        folder: the file system of shared memory.

    Returns:
        Bytes freed.
    """
    freed = 0
    for segment in folder.glob("fastrtps_*"):
        if not _SEGMENT.fullmatch(segment.name):
            continue
        lock = segment.with_name(segment.name + "_el")
        # Others clean up too, and other users' segments are not ours to remove.
        with suppress(OSError):
            status = segment.stat()
            if time.time() - status.st_mtime < _YOUNGEST_S:
                continue
            with lock.open("rb") as file:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                segment.unlink()
                lock.unlink()
                freed += status.st_size
    return freed
