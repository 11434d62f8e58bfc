"""Frames by what disturbed them."""

from dataclasses import dataclass

import numpy as np
import pytest
from laecips_eval.scoring.answers import PublishedAnswer
from laecips_eval.scoring.disturbances import ROUTINE, kind_of
from laecips_eval.scoring.scoreboard import Scoreboard


@dataclass(frozen=True)
class Stretch:
    name: str
    start: int
    stop: int


BURSTS = (Stretch("glare", 1, 2), Stretch("shadow", 2, 3), Stretch("glare", 4, 5))
TRUTH = np.array([[0, 0], [1, 1]], np.uint8)
WRONG = np.zeros((2, 2), np.uint8)


@pytest.mark.parametrize(
    ("index", "expected"),
    [(None, None), (0, ROUTINE), (1, "glare"), (2, "shadow"), (3, ROUTINE), (4, "glare")],
)
def test_kind(index: int | None, expected: str | None) -> None:
    assert kind_of(BURSTS, index) == expected


def test_of_a_bag_that_names_none() -> None:
    assert kind_of((), 3) is None
    assert Scoreboard(classes=("a", "b")).measured().disturbances == []


@pytest.mark.parametrize("index_first", [True, False])
def test_accuracy_by_disturbance(index_first: bool) -> None:
    board = Scoreboard(classes=("a", "b"), disturbances=BURSTS)
    for index in range(6):
        if index_first:
            board.add_played(index, index=index)
        board.add_label_map_now(index, WRONG, TRUTH)
        board.add_label_map(index, TRUTH if index == 4 else WRONG, TRUTH)
        cloud = index == 4
        board.add_answer(
            PublishedAnswer(
                stamp_ns=index,
                source="cloud" if cloud else "edge",
                trust=0.5,
                delta=0.5,
                hard=cloud,
                audit=False,
                bytes_up=10 * cloud,
            )
        )
        if not index_first:
            board.add_played(index, index=index)
    routine, glare, shadow = board.measured().disturbances
    assert (routine.name, routine.frames, routine.sent, routine.cur) == (ROUTINE, 3, 0, 0.0)
    assert (glare.name, glare.frames, glare.sent, glare.cur) == ("glare", 2, 1, 0.5)
    assert (shadow.name, shadow.frames, shadow.published) == ("shadow", 1, 0.25)
    # Of two frames one is right: intersections 2 + 2 and 2 + 0, unions 2 + 4 and 2 + 2.
    assert glare.published == pytest.approx((4 / 6 + 2 / 4) / 2)
    assert glare.edge_only == 0.25
