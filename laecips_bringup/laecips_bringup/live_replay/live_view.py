"""Display of a running replay: a table in place, or lines at intervals."""

from __future__ import annotations

import time
from collections.abc import Callable
from types import TracebackType

from laecips_eval.reports.report_table import milliseconds, points, size
from laecips_eval.scoring.scoreboard import Figures
from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.progress_bar import ProgressBar
from rich.table import Table
from rich.text import Text

_LINE_EVERY_S = 5.0
_DRAW_EVERY_S = 0.25


class LiveView:
    """Display of running figures: in place in a terminal, else plain lines every few seconds.

    Example:
        with LiveView(Console()) as view:
            view.note("starting edge and cloud")
            view.show(scoreboard.figures)
    """

    def __init__(self, console: Console, *, line_every_s: float = _LINE_EVERY_S) -> None:
        """Create the display; show nothing yet.

        Args:
            console: where to show the figures.
            line_every_s: seconds between lines where the console is no terminal.
        """
        self._console = console
        self._every_s = _DRAW_EVERY_S if console.is_terminal else line_every_s
        self._next = 0.0
        self._live = (
            Live(console=console, auto_refresh=False, transient=True)
            if console.is_terminal
            else None
        )

    def __enter__(self) -> LiveView:
        """Reserve the lower end of the terminal."""
        if self._live is not None:
            self._live.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Release the terminal."""
        if self._live is not None:
            self._live.stop()

    def note(self, text: str) -> None:
        """Print a line once; it scrolls away."""
        self._console.print(text, highlight=False, markup=False, soft_wrap=True)

    def show(
        self,
        figures: Callable[[], Figures],
        learning: Callable[[], object] = lambda: "",
        link: Callable[[Figures], str] = lambda figures: "",
    ) -> None:
        """Show the newest figures if the interval has passed; else do not request them.

        Args:
            figures: called for the figures.
            learning: called for one line about the training; an empty line is not shown.
            link: called with the figures for one line about the link; likewise.
        """
        now = time.monotonic()
        if now < self._next:
            return
        self._next = now + self._every_s
        newest, learnt = figures(), str(learning())
        linked = link(newest)
        if self._live is not None:
            self._live.update(figures_table(newest, learnt, linked), refresh=True)
        else:
            line = figures_line(newest) + (f"; {learnt}" if learnt else "")
            line += f"; link: {linked}" if linked else ""
            self._console.print(line, highlight=False, markup=False, soft_wrap=True)


def figures_line(figures: Figures) -> str:
    """Return the running figures as one line."""
    answered = figures.answered
    total = "?" if figures.total is None else figures.total
    return (
        f"{figures.played}/{total} frames: {answered['edge']} edge, {answered['cloud']} cloud, "
        f"{answered['edge_fallback']} fallback, {figures.superseded} superseded, "
        f"{figures.lost} lost{_rejected(figures)}; CUR {figures.cur:.1%}; "
        f"edge {_pair(figures.edge_ms)}, "
        f"cloud {_pair(figures.cloud_ms)} (p50, p95); up {size(figures.bytes_up)}, "
        f"down {size(figures.bytes_down)}; mIoU {points(figures.published_miou)}, "
        f"f alone {points(figures.edge_only_miou)}"
    )


def figures_table(figures: Figures, learning: str = "", link: str = "") -> RenderableType:
    """Return the running figures as a block of lines, with one each about training and link."""
    answered = figures.answered
    table = Table.grid(padding=(0, 2))
    table.add_row(
        "frames",
        f"[green]{answered['edge']} edge[/]  [cyan]{answered['cloud']} cloud[/]  "
        f"[yellow]{answered['edge_fallback']} fallback[/]  {figures.superseded} superseded  "
        f"[red]{figures.lost} lost{_rejected(figures)}[/]  CUR {figures.cur:.1%}",
    )
    table.add_row("edge", f"{_pair(figures.edge_ms)} (p50, p95)")
    table.add_row("cloud", f"{_pair(figures.cloud_ms)} (p50, p95)")
    table.add_row("bytes", f"{size(figures.bytes_up)} up  {size(figures.bytes_down)} down")
    table.add_row(
        "mIoU",
        f"[bold]{points(figures.published_miou)}[/] published  "
        f"{points(figures.edge_only_miou)} f alone",
    )
    if learning:
        table.add_row("learning", Text(learning))
    if link:
        table.add_row("link", Text(link))
    total = figures.total or 0
    bar = Table.grid(padding=(0, 2))
    bar.add_row(
        ProgressBar(total=max(total, 1), completed=figures.played, width=50),
        f"{figures.played} / {figures.total or '?'} played",
    )
    return Group(bar, table)


def _rejected(figures: Figures) -> str:
    return f", {figures.rejected} rejected" if figures.rejected else ""


def _pair(latencies: tuple[float, float] | None) -> str:
    if latencies is None:
        return "-"
    return f"{milliseconds(latencies[0])}, {milliseconds(latencies[1])}"
