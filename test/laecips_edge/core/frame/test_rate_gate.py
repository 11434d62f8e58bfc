import pytest
from hypothesis import given
from hypothesis import strategies as st
from laecips_edge.core.frame.rate_gate import RateGate


def passed(hz: float, times_s: list[float]) -> list[float]:
    """The times at which a frame passes."""
    clock = iter(times_s)
    gate = RateGate(hz, clock=lambda: next(clock))
    return [time_s for time_s in times_s if gate.passes()]


def test_without_a_rate_all_pass() -> None:
    gate = RateGate()
    assert all(gate.passes() for _ in range(10))


@pytest.mark.parametrize("jitter_s", [0.0, 0.01], ids=["even", "jitter"])
def test_a_camera_keeps_even_steps(jitter_s: float) -> None:
    """30 Hz behind 2 Hz: each fifteenth frame, early or late."""
    times = [10.0 + index / 30 + jitter_s * (-1) ** index for index in range(300)]
    found = passed(2.0, times)
    assert len(found) == pytest.approx(20, abs=1)


def test_a_slower_camera_loses_nothing() -> None:
    times = [0.55 * index for index in range(50)]
    assert passed(2.0, times) == times


@given(
    hz=st.floats(0.1, 100.0),
    steps=st.lists(st.floats(0.0, 20.0), min_size=1, max_size=100),
)
def test_never_more_than_the_rate(hz: float, steps: list[float]) -> None:
    times = [sum(steps[: index + 1]) for index in range(len(steps))]
    found = passed(hz, times)
    assert found[0] == times[0]
    for first, earlier in enumerate(found):
        for later in range(first + 1, len(found)):
            # In any stretch of time: its share, one at either end, and what came late.
            assert later - first <= hz * (found[later] - earlier) + 1.5 + 1e-6
