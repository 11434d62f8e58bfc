"""Lines for people who wait, each with the minutes and seconds since the first was thought of."""

from __future__ import annotations

import time
from collections.abc import Callable


def timed_lines() -> Callable[[str], None]:
    """Gives what prints a line behind the time since now."""
    start = time.monotonic()

    def tell(line: str) -> None:
        minutes, seconds = divmod(int(time.monotonic() - start), 60)
        print(f"[{minutes:3d}:{seconds:02d}] {line}", flush=True)

    return tell
