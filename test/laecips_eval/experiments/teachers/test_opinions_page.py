"""Tables of the page, written out."""

import numpy as np
import pytest
from laecips_cloud.metrics import ConfusionMatrix
from laecips_eval.experiments.teachers.opinions import F_ALONE, Measured, Taught, Way
from laecips_eval.experiments.teachers.opinions_page import (
    miou_table,
    recall_table,
    taught_table,
    vote_table,
)

NONE, GRAPH, PAPER = (
    Way("none", "teacher"),
    Way("graph", "teacher"),
    Way("graph", "teacher", "paper"),
)
TRUTH = [0, 0, 0, 0, 1, 1, 1, 1]
# Of eight pixels in each of two segments; the third has none.
ANSWERS = {
    F_ALONE: ([0, 0, 0, 0, 0, 0, 0, 0], [0, 0, 0, 0, 0, 0, 1, 1]),
    NONE: ([0, 0, 0, 0, 0, 0, 1, 1], [0, 0, 0, 0, 1, 1, 1, 1]),
    GRAPH: ([0, 0, 0, 0, 1, 1, 1, 1], [0, 0, 0, 0, 1, 1, 1, 1]),
    PAPER: ([0, 0, 0, 0, 0, 0, 0, 0], [0, 0, 0, 0, 0, 0, 0, 0]),
}


@pytest.fixture
def measured() -> Measured:
    result = Measured(
        classes=("belt", "part"),
        segments=("dawn", "noon", "night"),
        milliseconds={"teacher": 700.2, "none": 0.1, "graph": 70.0},
        fusion_ms={NONE: 2.0, GRAPH: 9.0, PAPER: 8.0},
        masks={"none": 0.0, "graph": 1050.4},
        frames=2,
        taught={
            NONE: Taught(taught=12, taught_right=9, left_out=4, left_out_right=1),
            GRAPH: Taught(taught=16, taught_right=16),
        },
    )
    for way, answers in ANSWERS.items():
        for segment, answer in zip(result.segments, (*answers, None), strict=True):
            matrix = result.matrices[way, segment] = ConfusionMatrix(2)
            if answer is not None:
                matrix.add(np.array([answer], np.uint8), np.array([TRUTH], np.uint8))
    return result


def cells(table: str) -> list[list[str]]:
    """The rows of a Markdown table, less the line below the head; each has a cell a column."""
    assert table.endswith("|\n")
    rows = [line.strip("|").split("|") for line in table.splitlines()]
    assert len({len(row) for row in rows}) == 1
    assert set(rows.pop(1)) == {" --- "}
    return [[cell.strip() for cell in row] for row in rows]


def test_miou_by_segment_and_group_with_the_gain_over_f(measured: Measured) -> None:
    table = miou_table(measured, [NONE, GRAPH], {"light": ["noon"]})
    assert cells(table) == [
        ["masks", "scores", "dawn", "noon", "night", "**light**", "**all**", "masks a frame", "ms"],
        ["", "f alone", "0.250", "0.583", "", "0.583", "0.411", "", ""],
        [
            *("none", "teacher", "0.583 (+33.3)", "1.000 (+41.7)", ""),
            *("1.000 (+41.7)", "0.775 (+36.4)", "0", "702"),
        ],
        [
            *("graph", "teacher", "1.000 (+75.0)", "1.000 (+41.7)", ""),
            *("1.000 (+41.7)", "1.000 (+58.9)", "1050", "779"),
        ],
    ]


@pytest.mark.parametrize(
    ("rare", "rows"),
    [
        (["part"], [["0.25 / 0.25"], ["0.75 / 0.75"], ["1.00 / 1.00"]]),
        (
            ["part", "belt"],
            [
                ["0.25 / 0.25", "1.00 / 0.57"],
                ["0.75 / 0.75", "1.00 / 0.80"],
                ["1.00 / 1.00", "1.00 / 1.00"],
            ],
        ),
        ([], [[], [], []]),
    ],
)
def test_recall_and_iou_of_what_is_rare(
    measured: Measured, rare: list[str], rows: list[list[str]]
) -> None:
    head, *body = cells(recall_table(measured, [NONE, GRAPH], rare))
    assert head == ["masks", "scores", *rare]
    names = [["", "f alone"], ["none", "teacher"], ["graph", "teacher"]]
    assert body == [[*name, *row] for name, row in zip(names, rows, strict=True)]


def test_what_the_bounds_of_the_vote_buy(measured: Measured) -> None:
    assert cells(vote_table(measured, {"teacher": NONE}, [GRAPH])) == [
        ["masks", "scores", "Algorithm 1", "with bounds"],
        ["graph", "teacher", "-52.5", "+22.5"],
    ]


def test_what_would_be_taught(measured: Measured) -> None:
    assert cells(taught_table(measured, [NONE, GRAPH])) == [
        ["masks", "scores", "taught", "of these right", "of the others right"],
        ["none", "teacher", "75.0 %", "75.0 %", "25.0 %"],
        ["graph", "teacher", "100.0 %", "100.0 %", "none"],
    ]
