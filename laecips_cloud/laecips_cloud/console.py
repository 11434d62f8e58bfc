"""Terminal output for long work: progress bars and lines that begin with the elapsed time."""

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
    """Show a bar of bytes in a terminal from the first byte on, and remove it at the end.

    Print nothing where the output is no terminal.

    Args:
        description: name of the work, shown beside the bar.
        console: where to show the bar; standard error where None.

    Returns:
        A function to call with (bytes done, bytes in all); fewer bytes than before start a
            second reading.
    """
    columns = (DownloadColumn(), TransferSpeedColumn())
    with _bar(description, console or Console(stderr=True), *columns) as told:
        yield told


@contextmanager
def progress_bar(description: str, *, console: Console | None = None) -> Iterator[Told]:
    """Show a bar of steps in a terminal from the first step on, and remove it at the end.

    Print nothing, not even an empty line, where the output is no terminal.

    Args:
        description: name of the work, shown beside the bar.
        console: where to show the bar; standard output where None.

    Returns:
        A function to call with (steps done, steps in all).
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
    """Return a function that prints a line behind the seconds since this call."""
    start = time.monotonic()

    def tell(line: str) -> None:
        minutes, seconds = divmod(int(time.monotonic() - start), 60)
        print(f"[{minutes:3d}:{seconds:02d}] {line}", flush=True)

    return tell
