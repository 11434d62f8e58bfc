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
    ("name", "value"),
    [
        ("max_dissent", -0.1),
        ("max_margin", 1.01),
        ("min_quality", float("nan")),
        ("min_stability", 1.5),
        ("max_dissent", float("inf")),
    ],
)
def test_a_bound_out_of_range(name: str, value: float) -> None:
    message = f"parameter {name}: {value} is out of range: give one from 0.0 to 1.0"
    with pytest.raises(ValueError, match=re.escape(message)):
        Vote(**{name: value})
