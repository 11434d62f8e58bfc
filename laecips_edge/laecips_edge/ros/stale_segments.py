"""Removal of shared memory that killed processes have left.

A participant that ends by SIGKILL leaves its segment, 64 MB with our profile, in /dev/shm
forever. Fast DDS locks a file beside each segment while the owner lives. So if the lock can be
taken, the segment has no owner (`fastdds shm clean` uses the same rule).
"""

from __future__ import annotations

import fcntl
import re
import time
from contextlib import suppress
from pathlib import Path
from typing import Final

from laecips_edge.ros.dds_transport import SHARED_MEMORY

_SEGMENT: Final = re.compile(r"fastrtps_[0-9a-f]{16}")
_YOUNGEST_S: Final = 60.0
"""A segment may be locked a moment after it was made: the young ones are left alone."""


def remove_stale_segments(folder: Path = SHARED_MEMORY) -> int:
    """Remove segments whose owner has ended.

    Args:
        folder: the file system of shared memory.

    Returns:
        The number of bytes freed.
    """
    freed = 0
    for segment in folder.glob("fastrtps_*"):
        if not _SEGMENT.fullmatch(segment.name):
            continue
        lock = segment.with_name(segment.name + "_el")
        # Another process may clean up too, and segments of other users cannot be removed.
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
