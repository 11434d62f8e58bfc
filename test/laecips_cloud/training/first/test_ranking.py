import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from laecips_cloud.training.first.ranking import auroc, lowest, score_miner
from laecips_cloud.training.steps.held_out_rows import HeldOutRow


@pytest.mark.parametrize(
    ("confidences", "hard", "expected"),
    [
        ([0.1, 0.2, 0.8, 0.9], [1, 1, 0, 0], 1.0),
        ([0.9, 0.8, 0.2, 0.1], [1, 1, 0, 0], 0.0),
        ([0.5, 0.5, 0.5, 0.5], [1, 1, 0, 0], 0.5),
        ([0.1, 0.4, 0.3, 0.9], [1, 1, 0, 0], 0.75),
        ([0.1, 0.3, 0.3, 0.9], [1, 1, 0, 0], 0.875),
        ([0.1, 0.3], [1, 1], math.nan),
    ],
)
def test_auroc(confidences: list[float], hard: list[int], expected: float) -> None:
    area = auroc(np.array(confidences), np.array(hard, bool))
    assert area == pytest.approx(expected, nan_ok=True)


@given(
    st.lists(st.tuples(st.integers(0, 5), st.booleans()), min_size=2).filter(
        lambda rows: len({hard for _, hard in rows}) == 2
    )
)
def test_auroc_counts_pairs(rows: list[tuple[int, bool]]) -> None:
    hards = [c for c, hard in rows if hard]
    easies = [c for c, hard in rows if not hard]
    wins = [(h < e) + 0.5 * (h == e) for h in hards for e in easies]
    area = auroc(np.array([c for c, _ in rows], float), np.array([h for _, h in rows]))
    assert area == pytest.approx(np.mean(wins))


@pytest.mark.parametrize(
    ("values", "share", "expected"),
    [
        ([3.0, 1.0, 2.0, 4.0], 0.5, [0, 1, 1, 0]),
        ([1.0, 1.0, 1.0, 1.0], 0.25, [1, 0, 0, 0]),
        ([3.0, 1.0], 0.0, [0, 0]),
        ([3.0, 1.0], 1.0, [1, 1]),
    ],
)
def test_the_lowest_and_of_equal_ones_the_earlier(
    values: list[float], share: float, expected: list[int]
) -> None:
    assert lowest(np.array(values), share).tolist() == [bool(mark) for mark in expected]


def test_a_miner_is_judged_by_what_it_sends() -> None:
    # f's IoU rises; F gains on the second-worst and on the best row.
    gains = [0.0, 0.2, 0.0, 0.1]
    rows = [
        HeldOutRow(
            drifted=False,
            logits=np.zeros((2, 1, 1), np.float16),
            truth=np.zeros((1, 1), np.uint8),
            iou=iou,
            assisted_iou=iou + gain,
        )
        for iou, gain in zip([0.3, 0.4, 0.5, 0.6], gains, strict=True)
    ]
    score = score_miner(rows, np.array([0.1, 0.2, 0.3, 0.4]), delta=0.2)
    assert score.auroc == 1.0
    assert score.auroc_gain == pytest.approx(2 / 3)  # only the worst row comes before the best gain
    assert score.published == pytest.approx((0.3 + 0.6 + 0.5 + 0.6) / 4)
