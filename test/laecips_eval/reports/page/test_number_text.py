"""Figures for people."""

import pytest
from laecips_eval.reports.page.number_text import MISSING, gain, number, percent, points


@pytest.mark.parametrize(
    ("value", "against", "expected"),
    [
        (0.7, 0.65, "+5.0"),
        (0.65, 0.7, "\N{MINUS SIGN}5.0"),
        (0.5, 0.5, "0.0"),
        (0.50001, 0.5, "0.0"),
        (None, 0.5, MISSING),
        (0.5, None, MISSING),
    ],
)
def test_gain(value: float | None, against: float | None, expected: str) -> None:
    assert gain(value, against) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (points(None), MISSING),
        (points(0.5), "0.500"),
        (percent(0.1617), "16.2 %"),
        (percent(None), MISSING),
        (number(1800), "1,800"),
        (number(3.456, "ms", digits=1), "3.5 ms"),
        (number(0.0), "0"),
        (number(None, "ms"), MISSING),
    ],
)
def test_figures(text: str, expected: str) -> None:
    assert text == expected
