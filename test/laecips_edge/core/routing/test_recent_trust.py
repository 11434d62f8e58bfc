import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from laecips_edge.core.routing.recent_trust import RecentTrust, translated


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


def test_frames_keep_their_ranks_under_another_h() -> None:
    recent = seen([0.1, 0.2, 0.3, 0.4])
    recent.begin([0.5, 0.9], before=[0.1, 0.3])
    # 0.4 is beyond what both know: it keeps its distance to 0.3, as far as trust goes.
    assert [recent.delta_of(share) for share in (0.25, 0.5, 0.75, 1.0)] == pytest.approx(
        [0.5, 0.7, 0.9, 1.0]
    )


def test_where_no_frame_was_seen_the_known_values_stand_in() -> None:
    recent = seen([])
    recent.begin([0.5, 0.9], before=[0.1, 0.3])
    assert recent.delta_of(0.5) == 0.5
    assert len(recent) == 2


RISING = st.lists(st.floats(0.0, 1.0), min_size=1, max_size=21).map(sorted)


@given(pairs=st.lists(st.tuples(st.floats(0, 1), st.floats(0, 1)), min_size=1), trusts=RISING)
def test_no_two_frames_change_places(pairs: list[tuple[float, float]], trusts: list[float]) -> None:
    before, after = (sorted(values) for values in zip(*pairs, strict=True))
    moved = translated(trusts, before=before, after=after)
    assert all(0.0 <= value <= 1.0 for value in moved)
    assert (np.diff(moved) >= -1e-12).all()


def test_what_is_no_number_is_trusted_least() -> None:
    recent = seen([0.3, float("nan"), 0.2])
    assert [recent.delta_of(share) for share in (0.4, 0.7, 1.0)] == [0.0, 0.2, 0.3]


def test_a_negative_zero_is_no_threshold_below_zero() -> None:
    assert seen([0.0]).delta_of(0.0) == 0.0
    assert np.signbit(seen([0.0]).delta_of(0.0)) == np.False_
