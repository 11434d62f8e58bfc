"""Labels do not overlap."""

from itertools import combinations

from hypothesis import given
from hypothesis import strategies as st
from laecips_eval.reports.page.label_rows import GAP, PlacedLabel, label_rows, text_width

RIGHT = 400.0


def span(x: float, text: str, label: PlacedLabel) -> tuple[float, float]:
    width = GAP + text_width(text)
    return (x - width, x) if label.to_left else (x, x + width)


def test_the_first_row_is_taken_where_it_is_free() -> None:
    lines = [(10.0, "v2"), (20.0, "v3 undone"), (30.0, "v4"), (200.0, "v5"), (398.0, "v6")]
    placed = label_rows(lines, right=RIGHT)
    assert [label.row for label in placed] == [0, 1, 2, 0, 0]
    assert [label.to_left for label in placed] == [False] * 4 + [True]
    assert label_rows([], right=RIGHT) == []


@given(
    st.lists(
        st.tuples(st.floats(0, RIGHT), st.text("v0123456789 undone", min_size=1, max_size=12)),
        max_size=12,
    )
)
def test_no_label_lies_on_another_or_leaves_the_drawing(lines: list[tuple[float, str]]) -> None:
    lines.sort()
    placed = label_rows(lines, right=RIGHT)
    spans = [
        (label.row, span(x, text, label)) for (x, text), label in zip(lines, placed, strict=True)
    ]
    assert all(stop <= RIGHT for _, (_, stop) in spans)
    for (row, (start, stop)), (other, (begin, end)) in combinations(spans, 2):
        assert row != other or stop <= begin or end <= start
    assert {row for row, _ in spans} == set(range(len({row for row, _ in spans})))
