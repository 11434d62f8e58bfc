"""Bars are seen in a terminal, and nowhere else; lines have the time before them."""

import io
import re

import pytest
from laecips_cloud.console import byte_bar, progress_bar, timed_lines
from rich.console import Console


@pytest.mark.parametrize("terminal", [True, False])
@pytest.mark.parametrize(
    ("steps", "shown"),
    [
        ([], ""),
        ([(1, 2), (2, 2)], "large"),
        ([(1, 2), (2, 2), (1, 2), (2, 2)], "checking"),
    ],
)
def test_a_bar(steps: list[tuple[int, int]], shown: str, terminal: bool) -> None:
    page = io.StringIO()
    console = Console(file=page, force_terminal=terminal, force_interactive=terminal)
    with byte_bar("large", console=console) as told:
        for done, total in steps:
            told(done, total)
    if terminal and steps:
        assert shown in page.getvalue()
    else:
        assert page.getvalue() == ""


def page(*, terminal: bool) -> Console:
    return Console(file=io.StringIO(), force_terminal=terminal, force_interactive=terminal)


def shown(console: Console) -> str:
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue()


@pytest.mark.parametrize("terminal", [True, False])
def test_an_error_before_the_first_step_starts_on_the_first_line(terminal: bool) -> None:
    console = page(terminal=terminal)
    with pytest.raises(ValueError, match="no such"), progress_bar("frames", console=console):
        raise ValueError("no such data set")
    assert shown(console) == ""


@pytest.mark.parametrize("terminal", [True, False])
def test_steps_are_seen_in_a_terminal_only(terminal: bool) -> None:
    console = page(terminal=terminal)
    with progress_bar("frames", console=console) as step:
        step(1, 2)
        step(2, 2)
    assert ("frames" in shown(console)) is terminal
    assert terminal or shown(console) == ""


def test_each_line_has_the_time_before_it(capsys: pytest.CaptureFixture[str]) -> None:
    tell = timed_lines()
    for line in ("drawing", "measuring"):
        tell(line)
    lines = capsys.readouterr().out.splitlines()
    assert [re.fullmatch(r"\[ *\d+:[0-5]\d\] (.*)", line)[1] for line in lines] == [
        "drawing",
        "measuring",
    ]
