"""When pictures are due."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from laecips_eval.player.pace import Pace

S = 10**9


@pytest.mark.parametrize(
    ("rate", "stamp_ns", "due_ns"),
    [
        (1.0, 100 * S, 7 * S),
        (1.0, 101 * S, 8 * S),
        (2.0, 101 * S, 7 * S + S // 2),
        (0.5, 101 * S, 9 * S),
    ],
)
def test_due(rate: float, stamp_ns: int, due_ns: int) -> None:
    pace = Pace(rate=rate, first_stamp_ns=100 * S, start_ns=7 * S)
    assert pace.due_ns(stamp_ns) == due_ns
    assert pace.stamp_at_ns(due_ns) == stamp_ns


@given(rate=st.floats(0.01, 100), count=st.integers(1, 1000))
def test_no_error_adds_up(rate: float, count: int) -> None:
    period = 33_333_333
    pace = Pace(rate=rate, first_stamp_ns=0, start_ns=0)
    due = [pace.due_ns(number * period) for number in range(count + 1)]
    assert abs(due[-1] - count * period / rate) <= 1 + count * period / rate / 1e15


@pytest.mark.parametrize(
    ("stamps", "due"),
    [
        ([0, 1, 2, 10**9, 10**9 + 1], [0, 1, 2, 3, 4]),  # the clock was set: one interval later
        ([0, 2, 4, 1, 2, 3], [0, 2, 4, 6, 7, 8]),  # the camera was restarted
        ([0, 10**9, 10**9 + 1], [0, 0, 1]),  # a simulator's first picture
        ([0, 1, 60, 61], [0, 1, 60, 61]),  # a pause
    ],
)
def test_stamps_that_jump_neither_stop_a_replay_nor_hurry_it(
    stamps: list[int], due: list[int]
) -> None:
    pace = Pace(rate=1.0, first_stamp_ns=0, start_ns=0)
    for stamp, expected in zip(stamps, due, strict=True):
        for _ in range(2):  # it is asked again while it waits
            assert pace.due_ns(stamp * S) == expected * S
        assert pace.stamp_at_ns(expected * S) == stamp * S


def test_the_last_interval() -> None:
    pace = Pace(rate=2.0, first_stamp_ns=0, start_ns=0)
    assert pace.last_interval_ns == 0
    for stamp_ns in (0, S, 4 * S, 3 * S):
        pace.due_ns(stamp_ns)
    assert pace.last_interval_ns == 3 * S // 2


@pytest.mark.parametrize("rate", [0.0, -1.0, float("nan")])
def test_a_rate_must_be_above_zero(rate: float) -> None:
    with pytest.raises(ValueError, match="it must be above 0"):
        Pace(rate=rate, first_stamp_ns=0, start_ns=0)
