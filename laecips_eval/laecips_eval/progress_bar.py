"""A progress bar that is seen only where it tells something."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn


@contextmanager
def progress_bar(
    description: str, *, console: Console | None = None
) -> Iterator[Callable[[int, int], None]]:
    """Shows a bar in a terminal from the first step on, and takes it away at the end.

    Elsewhere nothing is printed, not even an empty line.

    Args:
        description: what takes its time.
        console: where to show it; standard output where None.

    Returns:
        To be called with steps done and in all.
    """
    console = console or Console()
    columns = (TextColumn("{task.description}"), BarColumn(), TimeRemainingColumn())
    bar = Progress(*columns, console=console, transient=True)
    task = bar.add_task(description, total=None)

    def step(done: int, total: int) -> None:
        if console.is_interactive:
            bar.start()
        bar.update(task, completed=done, total=total)

    try:
        yield step
    finally:
        # A bar that was never started would still print an empty line.
        if bar.live.is_started:
            bar.stop()
