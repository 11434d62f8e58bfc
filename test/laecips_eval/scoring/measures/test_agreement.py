"""When two replays agree."""

from dataclasses import replace
from typing import Any

import pytest
from laecips_eval.scoring.frame_log import FrameRow
from laecips_eval.scoring.measures.agreement import compare

EASY = FrameRow(
    stamp_ns=1,
    source="edge",
    trust=0.75,
    hard=False,
    audit=False,
    checksum=11,
    checksum_now=11,
)
HARD = FrameRow(
    stamp_ns=2,
    source="cloud",
    trust=0.25,
    hard=True,
    audit=False,
    checksum=22,
    checksum_now=12,
)
FELL_BACK = replace(HARD, source="edge_fallback", checksum=12)


@pytest.mark.parametrize(
    ("live", "differs"),
    [
        ([EASY, HARD], []),
        ([EASY, FELL_BACK], []),  # f's answers are compared
        ([EASY, replace(HARD, checksum=None)], []),  # the runner did not hear of the map
        ([replace(EASY, trust=0.7500001), HARD], ["trust"]),
        ([replace(EASY, audit=True), HARD], ["decision"]),
        ([EASY, replace(HARD, checksum=99)], ["label_map"]),
        ([EASY, replace(HARD, checksum_now=99)], ["label_map"]),
        ([EASY, replace(FELL_BACK, checksum=22)], ["label_map"]),
    ],
)
def test_what_differs_is_named(live: list[FrameRow], differs: list[str]) -> None:
    agreement = compare(live, [EASY, HARD])
    assert agreement.compared == 2
    found = [name for name in ("trust", "decision", "label_map") if getattr(agreement, name)]
    assert found == differs
    assert agreement.complete is (not differs)


@pytest.mark.parametrize(
    ("rows", "line"),
    [
        ([EASY, HARD], "all 2 frames that both answered agree"),
        ([replace(HARD, checksum=9)], "of 1 frames that both answered, the label map differs on 1"),
        ([FrameRow(stamp_ns=1)], "nothing to compare"),
        ([replace(EASY, stamp_ns=7)], "nothing to compare"),
    ],
)
def test_one_line_for_people(rows: list[Any], line: str) -> None:
    agreement = compare(rows, [EASY, HARD])
    assert line in str(agreement)
    assert agreement.complete is line.startswith("all")
