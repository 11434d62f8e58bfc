"""The steps of a range in int8."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from laecips_edge.core.inference.engines.int8_steps import STEPS, TINY, int8_steps


@pytest.mark.parametrize(
    ("low", "high", "step", "below"),
    [(0.0, 255.0, 1.0, 0), (-255.0, 0.0, 1.0, 255), (-1.0, 254.0, 1.0, 1), (3.0, 51.0, 0.2, 0),
     (-5.1, -1.0, 0.02, 255), (0.0, 0.0, TINY, 0)],
)  # fmt: skip
def test_steps(low: float, high: float, step: float, below: int) -> None:
    assert int8_steps(low, high) == (pytest.approx(step), below)


@given(st.floats(-1e6, 1e6), st.floats(-1e6, 1e6))
def test_the_range_is_within_half_a_step(one: float, other: float) -> None:
    low, high = sorted((one, other))
    step, below = int8_steps(low, high)
    assert 0 <= below < STEPS
    assert -below * step <= min(low, 0.0) + 0.501 * step
    assert (STEPS - 1 - below) * step >= max(high, 0.0) - 0.501 * step
