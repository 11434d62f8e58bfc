"""Pieces of HTML."""

import pytest
from laecips_eval.reports.page.html_text import (
    MISSING,
    escaped,
    gain,
    number,
    percent,
    points,
    table,
)


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
        (escaped('<a href="x">&'), "&lt;a href=&quot;x&quot;&gt;&amp;"),
    ],
)
def test_figures(text: str, expected: str) -> None:
    assert text == expected


def test_a_table_names_its_columns_and_rows() -> None:
    text = table("a <b>", ["class", "IoU"], [("rare", [["dent", "0.5"]]), ("", [["x<y", "1"]])])
    assert "<caption><span>a &lt;b&gt;</span></caption>" in text
    assert text.count('scope="col"') == 2
    assert text.count('scope="row"') == 2
    assert '<th scope="rowgroup" colspan="2">rare</th>' in text
    assert text.count("<tbody>") == 2
    assert "x&lt;y" in text


def test_a_row_of_another_length_is_a_mistake() -> None:
    with pytest.raises(ValueError, match="zip"):
        table("t", ["class", "IoU"], [("", [["dent", "0.5", "0.6"]])])
