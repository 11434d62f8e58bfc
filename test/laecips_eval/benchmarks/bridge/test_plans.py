import json
import math

import pytest
from laecips_eval.benchmarks.bridge.plans import Outcome, Plan, quantiles_ms


def test_a_plan_and_its_outcome_travel_as_json() -> None:
    plan = Plan(via="grpc", frame_bytes=100, calls=3, transfer=True, idle_s=0.5)
    assert Plan(**json.loads(plan.text())) == plan
    outcome = Outcome(latencies_s=[0.25, 0.5], lost=1, seconds=2.0, transferred=7)
    assert Outcome(**json.loads(outcome.text())) == outcome


@pytest.mark.parametrize(
    ("latencies_s", "lost", "expected"),
    [
        ([0.1, 0.2, 0.3], 0, (200.0, 300.0, 300.0)),
        ([0.1] * 99, 1, (100.0, 100.0, math.inf)),
        ([0.1], 2, (math.inf, math.inf, math.inf)),
    ],
)
def test_lost_calls_are_endless(
    latencies_s: list[float], lost: int, expected: tuple[float, float, float]
) -> None:
    outcome = Outcome(latencies_s=latencies_s, lost=lost, seconds=1.0, transferred=0)
    assert quantiles_ms(outcome) == pytest.approx(expected)


def test_without_calls_there_is_no_quantile() -> None:
    nothing = Outcome(latencies_s=[], lost=0, seconds=1.0, transferred=9)
    assert all(map(math.isnan, quantiles_ms(nothing)))
