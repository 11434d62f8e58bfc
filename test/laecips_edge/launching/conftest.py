"""What tests of launch files share: arguments as a launch file has them, and files of a user."""

import itertools
from collections.abc import Callable
from pathlib import Path

import pytest
from laecips_edge.launching.arguments import ARGUMENTS


@pytest.fixture
def arguments() -> Callable[..., dict[str, str]]:
    """`arguments(name="text")`: all arguments, the others with their defaults."""
    return lambda **given: {each.name: each.default for each in ARGUMENTS} | given


@pytest.fixture
def mine(tmp_path: Path) -> Callable[[str], Path]:
    """`mine(text)`: a parameter file, each time another one."""
    numbers = itertools.count()

    def write(text: str) -> Path:
        path = tmp_path / f"mine{next(numbers)}.yaml"
        path.write_text(text, encoding="utf-8")
        return path

    return write
