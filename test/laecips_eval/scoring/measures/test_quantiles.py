"""Latencies and shares."""

import pytest
from laecips_eval.scoring.measures.quantiles import quantiles, share, typical_and_slow


def test_of_nothing_there_is_none() -> None:
    assert dict(quantiles([])) == {"p50": None, "p95": None, "p99": None}
    assert typical_and_slow([]) is None
    assert share(0, 0) == 0.0


def test_of_a_hundred_and_one() -> None:
    values = [float(value) for value in range(101)]
    assert dict(quantiles(values)) == {"p50": 50.0, "p95": 95.0, "p99": 99.0}
    assert typical_and_slow(values) == (50.0, 95.0)
    assert share(1, 4) == pytest.approx(0.25)
