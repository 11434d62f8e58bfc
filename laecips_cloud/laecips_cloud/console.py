"""What a terminal shows of work that takes long: progress bars, lines with the time."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import (
    BarColumn,
    DownloadColumn,
    Progress,
    ProgressColumn,
    TextColumn,
    TimeRemainingColumn,
    TransferSpeedColumn,
)

from laecips_cloud.published_weights.catalogue import Progress as Told


@contextmanager
def byte_bar(description: str, *, console: Console | None = None) -> Iterator[Told]:
    """Shows a bar in a terminal from the first byte on, and takes it away at the end.

    Elsewhere nothing is printed.

    Args:
        description: what is on its way.
        console: where to show it; standard error where None.

    Returns:
        To be called with bytes done and in all; fewer than before begin a second reading.
    """
    columns = (DownloadColumn(), TransferSpeedColumn())
    with _bar(description, console or Console(stderr=True), *columns) as told:
        yield told


@contextmanager
def progress_bar(description: str, *, console: Console | None = None) -> Iterator[Told]:
    """Shows a bar in a terminal from the first step on, and takes it away at the end.

    Elsewhere nothing is printed, not even an empty line.

    Args:
        description: what takes its time.
        console: where to show it; standard output where None.

    Returns:
        To be called with steps done and in all.
    """
    with _bar(description, console or Console()) as told:
        yield told


@contextmanager
def _bar(description: str, console: Console, *columns: ProgressColumn) -> Iterator[Told]:
    bar = Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        *columns,
        TimeRemainingColumn(),
        console=console,
        transient=True,
    )
    task = bar.add_task(description, total=None)

    def told(done: int, total: int) -> None:
        if console.is_interactive:
            bar.start()
        if done < bar.tasks[task].completed:
            bar.reset(task, description="checking")
        bar.update(task, completed=done, total=total)

    try:
        yield told
    finally:
        # A bar that was never started would still print an empty line.
        if bar.live.is_started:
            bar.stop()


def timed_lines() -> Callable[[str], None]:
    """Gives what prints a line behind the time since now."""
    start = time.monotonic()

    def tell(line: str) -> None:
        minutes, seconds = divmod(int(time.monotonic() - start), 60)
        print(f"[{minutes:3d}:{seconds:02d}] {line}", flush=True)

    return tell
