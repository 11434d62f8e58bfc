"""Where the demo keeps its drive."""

from pathlib import Path

import pytest
from laecips_bringup.commands.demo import cache


@pytest.mark.parametrize(
    ("base", "expected"),
    [("/base", Path("/base/laecips")), ("", Path("/home/me/.cache/laecips"))],
)
def test_cache(monkeypatch: pytest.MonkeyPatch, base: str, expected: Path) -> None:
    monkeypatch.setenv("HOME", "/home/me")
    monkeypatch.setenv("XDG_CACHE_HOME", base)
    assert cache() == expected
