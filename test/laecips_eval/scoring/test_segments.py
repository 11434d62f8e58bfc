"""Segments of a bag."""

from collections.abc import Iterable
from dataclasses import dataclass

import pytest
from laecips_eval.scoring.frame_record import FrameRecord
from laecips_eval.scoring.segments import each_segment, last_segments, place_of


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


def miou_of(places: Iterable[int]) -> dict[str, float | None]:
    """Of a segment its place, of several their sum."""
    return {"published": float(sum(places)), "edge_only": None, "edge_untrained": None}


def test_frames_that_nobody_answered() -> None:
    start, dust = each_segment(SEGMENTS, [FrameRecord(index=index) for index in (0, 1, 2)], miou_of)
    assert start.model_dump() == {
        "name": "start", "start": 0, "stop": 2, "frames": 2, "answered": 0, "wanted": 0,
        "sent": 0, "cur": 0.0, "published": 0.0, "edge_only": None, "edge_untrained": None,
    }  # fmt: skip
    assert (dust.frames, dust.cur, dust.published) == (0, 0.0, 1.0)


def test_the_last_ones_together() -> None:
    frames = [FrameRecord(index=index) for index in (0, 1, 3)]
    found = last_segments(SEGMENTS, frames, miou_of)
    assert [(last.segments, last.frames) for last in found] == [(1, 1), (2, 3)]
    assert last_segments((), frames, miou_of) == []
