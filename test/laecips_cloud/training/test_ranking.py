import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from laecips_cloud.training.ranking import auroc, worst


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
def test_worst(values: list[float], share: float, expected: list[int]) -> None:
    assert worst(np.array(values), share).tolist() == [bool(mark) for mark in expected]
