"""Where caches are."""

from pathlib import Path

import pytest
from laecips_edge.core.cache_folder import cache_folder


@pytest.mark.parametrize(
    ("base", "expected"),
    [("/base", Path("/base/laecips")), ("", Path("/home/me/.cache/laecips"))],
)
def test_it_is_among_those_of_the_user(
    monkeypatch: pytest.MonkeyPatch, base: str, expected: Path
) -> None:
    monkeypatch.setenv("HOME", "/home/me")
    monkeypatch.setenv("XDG_CACHE_HOME", base)
    assert cache_folder() == expected
