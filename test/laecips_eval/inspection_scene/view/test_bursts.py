"""When a patrol is disturbed."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st
from laecips_eval.inspection_scene.drawing.random_stream import RandomStream
from laecips_eval.inspection_scene.view.bursts import KINDS, LONGEST, SHORTEST, Burst, plan_bursts

THIRDS = ((0, 600), (600, 1200), (1200, 1800))


@given(seed=st.integers(0, 10_000), frames=st.integers(1, 700), parts=st.integers(1, 4))
def test_bursts_stay_apart_and_within_their_segment(seed: int, frames: int, parts: int) -> None:
    segments = [(place * frames, (place + 1) * frames) for place in range(parts)]
    bursts = plan_bursts(RandomStream(seed), segments)
    assert [it.number for it in bursts] == list(range(len(bursts)))
    for burst in bursts:
        assert burst.kind in KINDS
        assert 1 <= burst.stop - burst.start < LONGEST + SHORTEST
        assert any(start <= burst.start and burst.stop <= stop for start, stop in segments)
    for one, other in pairwise(bursts):
        assert one.stop <= other.start


@given(seed=st.integers(0, 10_000))
def test_a_drive_is_mostly_routine_and_meets_every_disturbance(seed: int) -> None:
    bursts = plan_bursts(RandomStream(seed), THIRDS)
    disturbed = sum(it.stop - it.start for it in bursts) / 1800
    assert 0.4 <= disturbed <= 0.5
    assert {it.kind for it in bursts} == set(KINDS)
    assert min(it.stop - it.start for it in bursts) >= 10


def test_a_burst_comes_and_goes() -> None:
    burst = Burst("glare", 10, 40, 0)
    strengths = [burst.strength(index) for index in range(10, 40)]
    assert strengths == strengths[::-1]
    assert 0 < strengths[0] < strengths[1] < strengths[15] == 1.0
