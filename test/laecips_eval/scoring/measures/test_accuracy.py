"""Both measures, whole and by segment."""

import numpy as np
import pytest
from laecips_eval.scoring.measures.accuracy import Accuracy, FrameScore

ALL_A = np.zeros((2, 2), np.uint8)
HALF = np.array([[0, 0], [1, 1]], np.uint8)
NOTHING = np.full((2, 2), 255, np.uint8)


def score(label_map: np.ndarray, truth: np.ndarray, *, classes: int = 2) -> FrameScore:
    return FrameScore.of(label_map, truth, classes=classes)


def test_before_the_first_frame_there_is_no_number() -> None:
    accuracy = Accuracy(classes=("a", "b"))
    assert accuracy.miou() is None
    assert accuracy.miou_of([0, 1]) is None
    assert accuracy.summary().model_dump() == {
        "frame_mean": None,
        "dataset": None,
        "per_class": {"a": None, "b": None},
        "recall": {"a": None, "b": None},
    }


def test_both_measures() -> None:
    accuracy = Accuracy(classes=("a", "b", "c"))
    for truth, iou in ((ALL_A, 1.0), (HALF, 0.25), (NOTHING, None)):  # of HALF: a 2/4, b 0/2
        scored = score(ALL_A, truth, classes=3)
        assert scored.iou == pytest.approx(iou)
        accuracy.add(scored)
    summary = accuracy.summary()
    assert summary.frame_mean == pytest.approx((1.0 + 0.25) / 2)
    assert summary.per_class == {"a": pytest.approx(6 / 8), "b": 0.0, "c": None}
    assert summary.recall == {"a": 1.0, "b": 0.0, "c": None}
    assert summary.dataset == accuracy.miou() == pytest.approx((6 / 8 + 0.0) / 2)


def test_segments_are_scored_apart_and_together() -> None:
    accuracy = Accuracy(classes=("a", "b"))
    accuracy.add_to_part(0, score(HALF, HALF))
    accuracy.add_to_part(2, score(ALL_A, HALF))
    assert accuracy.miou_of([0]) == 1.0
    assert accuracy.miou_of([2]) == pytest.approx(0.25)
    # One confusion matrix, a 4/6 and b 2/4; not the mean of 1 and 0.25.
    assert accuracy.miou_of([0, 1, 2]) == pytest.approx((4 / 6 + 2 / 4) / 2)
    assert accuracy.miou_of([1]) is None
    assert accuracy.miou() is None


def test_another_size_is_refused() -> None:
    with pytest.raises(ValueError, match=r"\[2, 2\] against truth \[1, 2\]"):
        score(ALL_A, ALL_A[:1])
