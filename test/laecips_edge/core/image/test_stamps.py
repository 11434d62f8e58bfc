from types import SimpleNamespace

import pytest
from laecips_edge.core.image.stamps import nanoseconds


@pytest.mark.parametrize(
    ("sec", "nanosec", "expected"),
    [(0, 0, 0), (0, 7, 7), (1, 0, 10**9), (2**31 - 1, 999_999_999, 2**31 * 10**9 - 1)],
)
def test_nanoseconds_are_exact(sec: int, nanosec: int, expected: int) -> None:
    assert nanoseconds(SimpleNamespace(sec=sec, nanosec=nanosec)) == expected
