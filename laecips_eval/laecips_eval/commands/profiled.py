"""The option `--profile` of commands: what they spend their time on."""

from __future__ import annotations

import cProfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def profiled(path: Path | None) -> Iterator[None]:
    """Write the profile of what runs in this context on this thread, whether it fails or not.

    Args:
        path: the file, for the standard library's `pstats`; None: nothing is measured.

    Raises:
        OSError: the file cannot be written.
    """
    if path is None:
        yield
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    path.touch()  # fail now, not at the end
    profile = cProfile.Profile()
    profile.enable()
    try:
        yield
    finally:
        profile.disable()
        profile.dump_stats(path)
