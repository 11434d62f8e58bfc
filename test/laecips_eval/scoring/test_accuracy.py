"""Both measures, whole and by segment."""

import numpy as np
import pytest
from laecips_eval.scoring.accuracy import Accuracy

ALL_A = np.zeros((2, 2), np.uint8)
HALF = np.array([[0, 0], [1, 1]], np.uint8)
NOTHING = np.full((2, 2), 255, np.uint8)


def test_before_the_first_frame_there_is_no_number() -> None:
    accuracy = Accuracy(classes=("a", "b"))
    assert accuracy.miou() is None
    assert accuracy.miou("start") is None
    assert accuracy.summary() == {
        "frame_mean": None,
        "dataset": None,
        "per_class": {"a": None, "b": None},
    }


def test_both_measures() -> None:
    accuracy = Accuracy(classes=("a", "b", "c"))
    assert accuracy.add(ALL_A, ALL_A) == 1.0
    assert accuracy.add(ALL_A, HALF) == pytest.approx(0.25)  # a 2/4, b 0/2
    assert accuracy.add(ALL_A, NOTHING) is None
    summary = accuracy.summary()
    assert summary["frame_mean"] == pytest.approx((1.0 + 0.25) / 2)
    assert summary["per_class"] == {"a": pytest.approx(6 / 8), "b": 0.0, "c": None}
    assert summary["dataset"] == accuracy.miou() == pytest.approx((6 / 8 + 0.0) / 2)


def test_segments_are_scored_apart() -> None:
    accuracy = Accuracy(classes=("a", "b"))
    accuracy.add_to_segment("start", HALF, HALF)
    accuracy.add_to_segment("dust", ALL_A, HALF)
    assert accuracy.miou("start") == 1.0
    assert accuracy.miou("dust") == pytest.approx(0.25)
    assert accuracy.miou() is None


def test_another_size_is_refused() -> None:
    with pytest.raises(ValueError, match=r"\[2, 2\] against truth \[1, 2\]"):
        Accuracy(classes=("a", "b")).add(ALL_A, ALL_A[:1])
