import itertools

import pytest
from laecips_cloud.training.steps.schedule import Schedule, one_cycle


@pytest.mark.parametrize(
    ("steps", "seconds", "tick", "expected"),
    [
        (4, float("inf"), 1.0, [0.0, 0.25, 0.5, 0.75]),
        (4, 100.0, 1.0, [0.0, 0.25, 0.5, 0.75]),
        (100, 4.0, 1.0, [0.0, 0.25, 0.5, 0.75]),
        (100, 4.0, 3.0, [0.0, 0.75]),
        (100, 1.0, 5.0, [0.0]),  # even a training without time takes one step
        (1, float("inf"), 1.0, [0.0]),
    ],
)
def test_progress_by_steps_or_by_the_clock(
    steps: int, seconds: float, tick: float, expected: list[float]
) -> None:
    ticks = itertools.count()
    schedule = Schedule(steps=steps, seconds=seconds, clock=lambda: next(ticks) * tick)
    assert list(schedule) == pytest.approx(expected)


def test_one_cycle_rises_falls_and_ends_low() -> None:
    rates = [one_cycle(i / 1000) for i in range(1001)]
    peak = rates.index(max(rates))
    assert max(rates) == pytest.approx(1.0, abs=1e-3)
    assert rates[:peak] == sorted(rates[:peak])
    assert rates[peak:] == sorted(rates[peak:], reverse=True)
    assert rates[-1] == pytest.approx(0.01)
    assert min(rates) > 0
