"""Bounds of the vote: what they may be. What they do is shown where masks are fused."""

import re
from dataclasses import FrozenInstanceError

import pytest
from hypothesis import given
from hypothesis import strategies as st
from laecips_cloud.fusion.vote import PAPER, Vote

shares = st.floats(0, 1)


def test_the_paper_has_no_bounds() -> None:
    assert Vote(max_dissent=1, max_margin=1, min_quality=0, min_stability=0) == PAPER != Vote()


@given(shares, shares, shares, shares)
def test_every_share_is_a_bound(
    dissent: float, margin: float, quality: float, stability: float
) -> None:
    vote = Vote(
        max_dissent=dissent, max_margin=margin, min_quality=quality, min_stability=stability
    )
    assert (vote.max_dissent, vote.max_margin) == (dissent, margin)
    assert (vote.min_quality, vote.min_stability) == (quality, stability)


def test_bounds_do_not_change() -> None:
    with pytest.raises(FrozenInstanceError):
        PAPER.max_dissent = 0.0  # type: ignore[misc]


@pytest.mark.parametrize(
    ("bounds", "message"),
    [
        ({"max_dissent": -0.1}, "vote: max_dissent is -0.1, it must lie in 0 to 1"),
        ({"max_margin": 1.01}, "vote: max_margin is 1.01, it must lie in 0 to 1"),
        ({"min_quality": float("nan")}, "vote: min_quality is nan, it must lie in 0 to 1"),
        ({"min_stability": 1.5}, "vote: min_stability is 1.5, it must lie in 0 to 1"),
        ({"max_dissent": float("inf")}, "vote: max_dissent is inf, it must lie in 0 to 1"),
    ],
)
def test_a_bound_out_of_range(bounds: dict[str, float], message: str) -> None:
    with pytest.raises(ValueError, match=re.escape(message)):
        Vote(**bounds)
