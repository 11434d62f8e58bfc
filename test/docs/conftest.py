"""What the tests of the documentation need."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest

PAGE = Path(__file__).resolve().parents[2] / "docs" / "class-scorers.md"


@pytest.fixture(scope="session")
def page() -> str:
    """The text of docs/class-scorers.md."""
    return PAGE.read_text(encoding="utf-8")


@pytest.fixture(scope="session")
def blocks(page: str) -> Callable[..., list[str]]:
    """Gives the page's code blocks of a language that have a word in them, in their order."""

    def find(language: str, word: str = "") -> list[str]:
        found = re.findall(rf"^```{language}\n(.*?)^```$", page, re.MULTILINE | re.DOTALL)
        return [block for block in found if word in block]

    return find
