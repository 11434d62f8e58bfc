"""Precision and recall of regions."""

import numpy as np
import pytest
from laecips_edge.core.findings.label_regions import label_regions
from laecips_eval.scoring.measures.finding_scores import FindingScores, count_found, region_iou
from laecips_eval.scoring.scoreboard import Scoreboard

SCRATCH, DENT, NOTHING = 1, 2, 255
Box = tuple[int, int, int, int]


def a_map(*boxes: Box, label: int = SCRATCH, ground: int = 0) -> np.ndarray:
    label_map = np.full((60, 80), ground, np.uint8)
    for left, top, width, height in boxes:
        label_map[top : top + height, left : left + width] = label
    return label_map


def counted(shown: list[Box], true: list[Box], smallest: int = 1) -> tuple[int, int, int]:
    regions = [label_regions(a_map(*boxes), None, {SCRATCH})[0] for boxes in (shown, true)]
    return count_found(*regions, smallest=smallest)


@pytest.mark.parametrize(
    ("shown", "true", "expected"),
    [
        ([(10, 10, 10, 4)], [(10, 10, 10, 4)], (1, 1, 1)),
        ([(10, 10, 10, 1)], [(10, 10, 10, 4)], (1, 1, 0)),  # IoU 0.25
        ([(10, 10, 10, 3)], [(10, 10, 10, 10)], (1, 1, 1)),  # IoU 0.3
        ([], [(10, 10, 10, 4)], (1, 0, 0)),
        ([(10, 10, 10, 4)], [], (0, 1, 0)),
        # Two halves of one scratch: one finds it, the other is false.
        ([(10, 10, 8, 4), (20, 10, 9, 4)], [(10, 10, 19, 4)], (1, 2, 1)),
        # One region over two scratches finds one of them.
        ([(10, 10, 22, 4)], [(10, 10, 10, 4), (22, 10, 10, 4)], (2, 1, 1)),
    ],
    ids=["same", "too_little", "enough", "missed", "false", "halves", "joined"],
)
def test_each_region_finds_one_and_is_found_once(
    shown: list[Box], true: list[Box], expected: tuple[int, int, int]
) -> None:
    assert counted(shown, true) == expected


@pytest.mark.parametrize(
    ("shown", "true", "expected"),
    [
        ([(10, 10, 3, 3)], [(10, 10, 3, 3)], (0, 0, 0)),
        ([(10, 10, 5, 4)], [(10, 10, 3, 4)], (0, 0, 0)),  # what it found is too small to be missed
        ([(10, 10, 3, 4)], [(10, 10, 5, 4)], (1, 0, 0)),
    ],
    ids=["both", "true_one", "shown_one"],
)
def test_small_regions_are_neither_missed_nor_false(
    shown: list[Box], true: list[Box], expected: tuple[int, int, int]
) -> None:
    assert counted(shown, true, smallest=20) == expected


def test_the_iou_is_that_of_the_pixels() -> None:
    picture = a_map((0, 0, 10, 1), (0, 0, 1, 10))
    (corner,), _ = label_regions(picture, None, {SCRATCH})
    (column,), _ = label_regions(a_map((0, 0, 1, 10)), None, {SCRATCH})
    (apart,), _ = label_regions(a_map((30, 30, 5, 5)), None, {SCRATCH})
    assert region_iou(corner, column) == pytest.approx(10 / 19)
    assert region_iou(corner, apart) == 0


def test_classes_and_streams_are_counted_apart_and_unlabelled_pixels_not_at_all() -> None:
    scores = FindingScores({SCRATCH: "scratch", DENT: "dent"}, smallest=1)
    assert scores.figures() == []
    truth = a_map((10, 10, 10, 4))
    truth[40:] = NOTHING
    shown = a_map((10, 10, 10, 4), (50, 50, 5, 5))
    scores.add("published", shown, truth)
    scores.add("edge_only", a_map((10, 10, 10, 4), label=DENT), truth)
    scratch, dent = scores.figures()
    assert (scratch.name, dent.name) == ("scratch", "dent")
    assert (scratch.published.precision, scratch.published.recall) == (1, 1)
    assert (scratch.edge_only.precision, scratch.edge_only.recall) == (None, 0)
    assert (dent.edge_only.precision, dent.edge_only.recall) == (0, None)


def test_a_scoreboard_scores_them_where_it_is_told_to_and_there_is_truth() -> None:
    board = Scoreboard(classes=("panel", "scratch"))
    truth = a_map((10, 10, 10, 4))
    board.add_label_map(1, truth, truth)
    assert board.measured().findings == []
    board.score_findings({SCRATCH: "scratch"}, smallest=1)
    board.add_label_map(2, truth, truth)
    board.add_label_map_now(2, a_map(), truth)
    board.add_label_map(3, truth)
    (it,) = board.measured().findings
    assert (it.published.true, it.published.found, it.edge_only.found) == (1, 1, 0)
    board.score_findings({}, smallest=1)
    assert board.measured().findings == []
