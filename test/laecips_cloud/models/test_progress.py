"""The bar of a transfer is seen in a terminal, and nowhere else."""

import io

import pytest
from laecips_cloud.models.progress import byte_bar
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
