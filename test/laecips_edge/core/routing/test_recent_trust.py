import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from laecips_edge.core.routing.recent_trust import RecentTrust


def seen(trusts: list[float], window: int = 100) -> RecentTrust:
    recent = RecentTrust(window)
    for trust in trusts:
        recent.add(trust)
    return recent


@given(
    trusts=st.lists(st.floats(0.0, 1.0), min_size=1, max_size=60, unique=True),
    share=st.floats(0.0, 1.0),
)
def test_the_threshold_makes_this_share_hard_where_none_are_equal(
    trusts: list[float], share: float
) -> None:
    delta = seen(trusts).delta_of(share)
    hard = sum(not trust > delta for trust in trusts)
    # A trust of 0 is hard under every threshold.
    assert max(round(share * len(trusts)), trusts.count(0.0)) == hard


@given(
    trusts=st.lists(st.sampled_from([0.1, 0.2, 0.3]), min_size=1, max_size=60),
    share=st.floats(0.0, 1.0),
)
def test_equal_frames_are_hard_together_and_never_too_many(
    trusts: list[float], share: float
) -> None:
    delta = seen(trusts).delta_of(share)
    hard = sum(not trust > delta for trust in trusts)
    assert hard <= round(share * len(trusts))
    easiest_hard = [trust for trust in trusts if not trust > delta]
    assert all(trusts.count(trust) <= hard for trust in set(easiest_hard))


def test_only_recent_frames_count() -> None:
    recent = seen([0.9] * 50 + [0.1, 0.2, 0.3, 0.4], window=4)
    assert len(recent) == 4
    assert recent.delta_of(0.5) == pytest.approx(0.2)
    recent.begin([0.01, 0.02])
    assert recent.delta_of(0.5) == pytest.approx(0.01)
    assert len(recent) == 2


def test_a_negative_zero_is_no_threshold_below_zero() -> None:
    assert seen([0.0]).delta_of(0.0) == 0.0
    assert np.signbit(seen([0.0]).delta_of(0.0)) == np.False_
