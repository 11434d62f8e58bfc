"""Dials between 0 and 1."""

from dataclasses import astuple

import pytest
from hypothesis import given
from hypothesis import strategies as st
from laecips_eval.inspection_scene.drawing.random_stream import RandomStream
from laecips_eval.inspection_scene.view.drift import DAY_ZERO, Drift

CHANCE = ("dimming", "warmth", "dust", "blur", "camera")


@pytest.mark.parametrize("dial", ["variants", *CHANCE])
@pytest.mark.parametrize("value", [-0.1, 1.1, float("nan")])
def test_a_dial_out_of_range_is_named(dial: str, value: float) -> None:
    with pytest.raises(ValueError, match=f"drift dial {dial} is"):
        Drift(**{dial: value})


def test_what_can_grow_eases_in() -> None:
    drift = Drift(variants=0.5, dimming=0.8, warmth=0.6, dust=0.4, blur=0.2, camera=1.0)
    assert drift.eased(0.5) == Drift(
        variants=0.5, dimming=0.4, warmth=0.3, dust=0.2, blur=0.1, camera=1.0
    )
    assert drift.eased(1.0) == drift
    assert DAY_ZERO.eased(0.3) == DAY_ZERO


@given(seed=st.integers(0, 2**32), variants=st.floats(0, 1))
def test_a_drawn_drift_is_the_dices_alone_and_in_range(seed: int, variants: float) -> None:
    drift = Drift.drawn(RandomStream(seed), variants=variants)
    assert drift == Drift.drawn(RandomStream(seed), variants=variants)
    assert drift.variants == variants
    assert all(0.0 <= dial <= 1.0 for dial in astuple(drift))


def test_drawn_dials_stand_at_0_as_often_as_anywhere_else() -> None:
    drifts = [Drift.drawn(RandomStream(seed), variants=0.5) for seed in range(400)]
    for dial in CHANCE:
        moved = [value for drift in drifts if (value := getattr(drift, dial))]
        assert 160 < len(moved) < 240, dial
        assert min(moved) < 0.05
        assert max(moved) > 0.95
        assert 0.4 < sum(moved) / len(moved) < 0.6
    # One dial says nothing of another.
    both = sum(bool(drift.dust and drift.blur) for drift in drifts)
    assert 70 < both < 130
