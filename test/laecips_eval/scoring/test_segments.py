"""Segments of a bag."""

from dataclasses import dataclass

import pytest
from laecips_eval.scoring.frame_record import FrameRecord
from laecips_eval.scoring.segments import place_of, segment_counts


@dataclass(frozen=True)
class Stretch:
    name: str
    start: int
    stop: int


SEGMENTS = (Stretch("start", 0, 2), Stretch("dust", 3, 5))


@pytest.mark.parametrize(
    ("index", "expected"), [(None, None), (0, 0), (1, 0), (2, None), (3, 1), (4, 1), (5, None)]
)
def test_place(index: int | None, expected: int | None) -> None:
    assert place_of(SEGMENTS, index) == expected


def test_counts_of_frames_that_nobody_answered() -> None:
    counts = segment_counts(SEGMENTS[0], [FrameRecord(index=0), FrameRecord(index=1)])
    assert counts == {
        "name": "start", "start": 0, "stop": 2, "frames": 2, "answered": 0, "wanted": 0,
        "sent": 0, "cur": 0.0,
    }  # fmt: skip
    assert segment_counts(SEGMENTS[1], [])["cur"] == 0.0
