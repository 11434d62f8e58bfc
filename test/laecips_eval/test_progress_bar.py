"""The bar is seen where it tells something, and nowhere else."""

import io

import pytest
from laecips_eval.progress_bar import progress_bar
from rich.console import Console


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
