"""Dials between 0 and 1."""

import pytest
from laecips_eval.inspection import DAY_ZERO, Drift


@pytest.mark.parametrize("dial", ["variants", "dimming", "warmth", "dust", "blur", "camera"])
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
