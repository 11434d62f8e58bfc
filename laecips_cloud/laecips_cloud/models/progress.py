"""How far a transfer of bytes is, shown where it tells something."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import (
    BarColumn,
    DownloadColumn,
    Progress,
    TextColumn,
    TimeRemainingColumn,
    TransferSpeedColumn,
)

from laecips_cloud.models.catalogue import Progress as Told


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
    console = console or Console(stderr=True)
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        DownloadColumn(),
        TransferSpeedColumn(),
        TimeRemainingColumn(),
    )
    bar = Progress(*columns, console=console, transient=True)
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
