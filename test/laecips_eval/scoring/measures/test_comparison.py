"""f as it ran against f without training, told to a scoreboard in whatever order."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from laecips_eval.scoring.answers import PublishedAnswer
from laecips_eval.scoring.scoreboard import Scoreboard

CLASSES = ("a", "b")
TRUTH = np.array([[0, 0], [1, 1]], np.uint8)
WRONG = np.zeros((2, 2), np.uint8)
FRAMES = 6
FIRST = 7


@dataclass(frozen=True)
class Stretch:
    name: str
    start: int
    stop: int


SEGMENTS = (Stretch("start", 0, 3), Stretch("dust", 3, FRAMES))


def answer(stamp_ns: int, version: int) -> PublishedAnswer:
    return PublishedAnswer(
        stamp_ns=stamp_ns,
        source="edge",
        trust=0.75,
        delta=0.5,
        hard=False,
        audit=False,
        version=version,
    )


def a_board(**options: Any) -> Scoreboard:
    return Scoreboard(
        **{"classes": CLASSES, "segments": SEGMENTS, "first_version": FIRST} | options
    )


def version_of(stamp: int) -> int:
    """The pair is exchanged before frame 2, goes back for frame 4, and is exchanged again."""
    return FIRST if stamp in (0, 1, 4) else FIRST + 1


def news(board: Scoreboard) -> list[Callable[[], None]]:
    """All that is heard of six frames; a trained f is right, an untrained one wrong."""
    told: list[Callable[[], None]] = []
    for stamp in range(FRAMES):
        label_map = WRONG if version_of(stamp) == FIRST else TRUTH
        told += [
            lambda s=stamp: board.add_played(s, index=s),
            lambda s=stamp: board.add_answer(answer(s, version_of(s))),
            lambda s=stamp, m=label_map: board.add_label_map_now(s, m, TRUTH),
            lambda s=stamp: board.add_label_map(s, TRUTH, TRUTH),
        ]
    return told


def ask_untrained(board: Scoreboard) -> None:
    for stamp in board.stamps_of_trained():
        board.add_untrained(stamp, WRONG, TRUTH, trust=0.25)


@given(order=st.permutations(range(4 * FRAMES)))
def test_the_order_of_the_news_changes_nothing(order: list[int]) -> None:
    in_turn, shuffled = a_board(), a_board()
    for tell in news(in_turn):
        tell()
    told = news(shuffled)
    for place in order:
        told[place]()
    for board in (in_turn, shuffled):
        assert board.stamps_of_trained() == [2, 3, 5]
        ask_untrained(board)
        assert board.stamps_of_trained() == []
    assert shuffled.measured() == in_turn.measured()
    assert shuffled.rows() == in_turn.rows()


def test_the_same_frames_are_compared() -> None:
    board = a_board()
    for tell in news(board):
        tell()
    ask_untrained(board)
    measured = board.measured()
    assert measured.miou.edge_untrained.model_dump() == {
        "frame_mean": 0.25,
        "dataset": 0.25,
        "per_class": {"a": 0.5, "b": 0.0},
        "recall": {"a": 1.0, "b": 0.0},
    }
    assert measured.miou.edge_only.frame_mean == pytest.approx((3 * 0.25 + 3) / 6)
    assert [segment.edge_untrained for segment in measured.segments] == [0.25, 0.25]
    assert [last.edge_untrained for last in measured.over_last] == [0.25, 0.25]
    rows = board.rows()
    assert [row.version for row in rows] == [version_of(stamp) for stamp in range(FRAMES)]
    assert {row.iou_untrained for row in rows} == {0.25}
    assert [row.trust_untrained for row in rows] == [0.75, 0.75, 0.25, 0.25, 0.75, 0.25]


def test_while_one_frame_is_missing_nothing_is_compared() -> None:
    board = a_board()
    for tell in news(board):
        tell()
    for stamp in board.stamps_of_trained()[:-1]:
        board.add_untrained(stamp, WRONG, TRUTH, trust=0.25)
    measured = board.measured()
    assert measured.miou.edge_untrained.dataset is None
    assert measured.miou.edge_untrained.recall == {"a": None, "b": None}
    assert [segment.edge_untrained for segment in measured.segments] == [None, None]
    assert [last.edge_untrained for last in measured.over_last] == [None, None]
    assert measured.miou.edge_only.dataset is not None


def test_without_a_first_version_nothing_is_compared() -> None:
    board = a_board(first_version=None)
    for tell in news(board):
        tell()
    assert board.stamps_of_trained() == []
    assert board.measured().miou.edge_untrained.dataset is None
    assert {row.iou_untrained for row in board.rows()} == {None}


def test_a_run_that_never_learned_is_its_own_comparison() -> None:
    board = a_board()
    board.add_played(0, index=0)
    board.add_label_map_now(0, WRONG, TRUTH)
    board.add_answer(answer(0, FIRST))
    board.add_played(1, index=1)  # lost: there is no answer of f to compare with
    measured = board.measured().miou
    assert board.stamps_of_trained() == []
    assert measured.edge_untrained == measured.edge_only


def test_of_a_frame_whose_answer_was_lost_nobody_knows_who_looked_at_it() -> None:
    board = a_board()
    board.add_played(0, index=0)
    board.add_label_map_now(0, TRUTH, TRUTH)
    assert board.stamps_of_trained() == [0]
    assert board.measured().miou.edge_untrained.dataset is None
    ask_untrained(board)
    assert board.measured().miou.edge_untrained.dataset == 0.25


def test_many_lost_answers_are_not_kept_and_do_not_falsify() -> None:
    board = a_board(segments=[Stretch("all", 0, 200)])
    for stamp in range(200):
        board.add_played(stamp, index=stamp)
        board.add_label_map_now(stamp, TRUTH, TRUTH)
    for stamp in range(200):
        board.add_answer(answer(stamp, FIRST))
    asked = board.stamps_of_trained()
    assert asked
    assert asked[0] == 0
    for stamp in asked:
        board.add_untrained(stamp, TRUTH, TRUTH, trust=0.75)
    assert board.measured().miou.edge_untrained.dataset == 1.0


def test_the_first_word_of_a_frame_counts() -> None:
    board = a_board()
    for tell in news(board):
        tell()
    for label_map in (WRONG, TRUTH):
        board.add_untrained(2, label_map, TRUTH, trust=0.25)
    for stamp in (0, 99):  # of the first pair, and never heard of
        board.add_untrained(stamp, TRUTH, TRUTH, trust=0.25)
    rows = {row.stamp_ns: row for row in board.rows()}
    assert len(rows) == FRAMES
    assert (rows[2].iou_untrained, rows[0].iou_untrained) == (0.25, 0.25)


def test_without_truth_there_is_still_what_the_first_pair_trusts() -> None:
    board = a_board()
    for stamp in range(FRAMES):
        board.add_played(stamp, index=stamp)
        board.add_label_map_now(stamp, TRUTH)
        board.add_answer(answer(stamp, version_of(stamp)))
    for stamp in board.stamps_of_trained():
        board.add_untrained(stamp, WRONG, trust=0.25)
    assert [row.trust_untrained for row in board.rows()] == [
        0.75, 0.75, 0.25, 0.25, 0.75, 0.25,
    ]  # fmt: skip
    assert board.measured().miou.edge_untrained.dataset is None
