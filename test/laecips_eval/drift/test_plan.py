"""Which frames a segment of a drift has."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from laecips_eval.bags import Segment
from laecips_eval.drift.plan import plan
from laecips_eval.drift.recipe import DriftError, DriftRecipe


def recipe(*segments: dict[str, Any]) -> DriftRecipe:
    named = [{"name": f"s{place}", **segment} for place, segment in enumerate(segments)]
    return DriftRecipe.model_validate({"segments": named})


@pytest.mark.parametrize(
    ("segments", "stops"),
    [
        (({},), [10]),
        (({}, {}), [5, 10]),
        (({"share": 0.25}, {}), [2, 10]),
        (({"share": 0.5}, {"share": 0.5}), [5, 10]),
        (({"frames": 3}, {}, {"frames": 1}), [3, 9, 10]),
        (({"seconds": 0.4}, {}), [4, 10]),
        (({"seconds": 0.4}, {"seconds": 0.6}), [4, 10]),
    ],
)
def test_lengths(segments: tuple[dict[str, Any], ...], stops: list[int]) -> None:
    stamps = [7 * 10**9 + index * 10**8 for index in range(10)]
    found = plan(recipe(*segments), 10, stamps_ns=stamps).segments
    starts = [0, *stops[:-1]]
    assert list(found) == [
        Segment(f"s{place}", start, stop)
        for place, (start, stop) in enumerate(zip(starts, stops, strict=True))
    ]


@given(st.lists(st.floats(0.05, 1), min_size=1, max_size=6), st.integers(60, 500))
def test_shares_cover_every_frame_once(weights: list[float], frames: int) -> None:
    shares = [weight / sum(weights) for weight in weights]
    laid = plan(recipe(*({"share": share} for share in shares)), frames).segments
    assert [index for it in laid for index in range(it.start, it.stop)] == list(range(frames))
    for segment, share in zip(laid, shares, strict=True):
        assert abs(segment.stop - segment.start - share * frames) <= 1


def test_a_dial_goes_from_the_first_frame_of_its_segment_to_the_last() -> None:
    laid = plan(recipe({"frames": 2}, {"dust": [0.2, 0.8]}), 5)
    assert [round(laid.dials(index).dust, 6) for index in range(5)] == [0, 0, 0.2, 0.5, 0.8]
    assert [laid.place(index) for index in range(5)] == [0, 0, 1, 1, 1]


@pytest.mark.parametrize(
    ("segments", "why"),
    [
        (({"share": 0.5}, {"share": 0.6}), "take 1.1 share, there are 1: make them shorter"),
        (({"frames": 10}, {}), "take 10 frames, there are 10: make them shorter"),
        (({"frames": 3}, {"frames": 3}), "take 6 frames of 10: give the last one no frames"),
        (({"share": 0.01}, {}), "segment s0 has none of the 10 frames: make it longer"),
        (({"seconds": 3.0}, {}), "in a folder have no times: give lengths as share or frames"),
    ],
)
def test_what_does_not_fit(segments: tuple[dict[str, Any], ...], why: str) -> None:
    with pytest.raises(DriftError, match=why):
        plan(recipe(*segments), 10)
