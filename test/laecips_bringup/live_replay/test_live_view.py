"""What people see while a replay runs."""

import io

import pytest
from laecips_bringup.live_replay.live_view import LiveView, figures_line, figures_table
from laecips_eval.scoring.scoreboard import Figures
from rich.console import Console

FIGURES = Figures(
    played=120,
    total=1800,
    answered={"edge": 70, "cloud": 40, "edge_fallback": 5},
    superseded=3,
    rejected=4,
    lost=2,
    cur=0.375,
    edge_ms=(21.5, 30.0),
    cloud_ms=None,
    bytes_up=1_500_000,
    bytes_down=4_200,
    published_miou=0.7134,
    edge_only_miou=None,
)
SHOWN = (
    "70 edge",
    "40 cloud",
    "5 fallback",
    "3 superseded",
    "2 lost, 4 rejected",
    "37.5%",
    "21.5 ms, 30.0 ms",
)
SIZES = ("1.5 MB", "4.2 kB", "0.713")


def test_a_line() -> None:
    line = figures_line(FIGURES)
    assert line.startswith("120/1800 frames: ")
    assert "edge 21.5 ms, 30.0 ms, cloud - (p50, p95)" in line
    for text in (*SHOWN, *SIZES):
        assert text in line


def test_a_table() -> None:
    page = io.StringIO()
    Console(file=page, width=120).print(figures_table(FIGURES))
    for text in (*SHOWN, *SIZES, "120 / 1800 played"):
        assert text in page.getvalue()


def test_what_is_learnt_has_a_line_of_its_own_where_anything_is() -> None:
    page = io.StringIO()
    console = Console(file=page, width=120)
    console.print(figures_table(FIGURES))
    assert "learning" not in page.getvalue()
    console.print(figures_table(FIGURES, "version 2 runs; f: 10 of 90 [steps]"))
    (line,) = [line for line in page.getvalue().splitlines() if "learning" in line]
    assert line.split(None, 1)[1].strip() == "version 2 runs; f: 10 of 90 [steps]"


@pytest.mark.parametrize(("learnt", "tail"), [("", ""), ("version 2 runs", "; version 2 runs")])
@pytest.mark.parametrize("terminal", [False, True])
def test_a_view_of_a_run_that_learns(terminal: bool, learnt: str, tail: str) -> None:
    page = io.StringIO()
    with LiveView(Console(file=page, width=160, force_terminal=terminal)) as view:
        view.show(lambda: FIGURES, lambda: learnt)
    if terminal:
        assert ("learning" in page.getvalue()) is bool(learnt)
        assert learnt in page.getvalue()
    else:
        assert page.getvalue().splitlines() == [figures_line(FIGURES) + tail]


@pytest.mark.parametrize(("line_every_s", "lines"), [(3600.0, 1), (0.0, 2)])
def test_without_a_terminal_there_is_a_line_now_and_then(line_every_s: float, lines: int) -> None:
    page = io.StringIO()
    with LiveView(Console(file=page, width=80), line_every_s=line_every_s) as view:
        view.note("edge is active")
        for _ in range(2):
            view.show(lambda: FIGURES)
    shown = page.getvalue().splitlines()
    assert shown[0] == "edge is active"
    assert shown[1:] == [figures_line(FIGURES)] * lines


def test_a_terminal_is_given_back() -> None:
    page = io.StringIO()
    with LiveView(Console(file=page, width=120, force_terminal=True)) as view:
        view.show(lambda: FIGURES)
        view.note("said once")
    assert "said once" in page.getvalue()
    cursor_hidden, cursor_shown = "\x1b[?25l", "\x1b[?25h"
    assert page.getvalue().rindex(cursor_shown) > page.getvalue().rindex(cursor_hidden)
