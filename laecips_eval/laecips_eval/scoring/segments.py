"""Named stretches of a bag, and the figures of their frames."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Protocol

from laecips_eval.scoring.frame_record import FrameRecord
from laecips_eval.scoring.measures.quantiles import share
from laecips_eval.scoring.run_figures import LastSegments, SegmentFigures

MiouOf = Callable[[Iterable[int]], Mapping[str, float | None]]
"""Returns the data-set mIoU by stream, over the segments at the given positions together."""


class FrameRange(Protocol):
    """A named stretch of a bag: frames `start <= index < stop`."""

    @property
    def name(self) -> str:
        """Name of the segment."""
        ...

    @property
    def start(self) -> int:
        """Index of its first frame."""
        ...

    @property
    def stop(self) -> int:
        """Index after its last frame."""
        ...


def place_of(segments: Sequence[FrameRange], index: int | None) -> int | None:
    """Return the position of the first segment that has the frame; None where none has it."""
    if index is None:
        return None
    for place, segment in enumerate(segments):
        if segment.start <= index < segment.stop:
            return place
    return None


def each_segment(
    segments: Sequence[FrameRange], frames: Iterable[FrameRecord], miou_of: MiouOf
) -> list[SegmentFigures]:
    """Return the figures of each segment: the report's `segments`.

    Args:
        segments: the bag's segments.
        frames: all frames of the run.
        miou_of: see `MiouOf`.
    """
    members: dict[int | None, list[FrameRecord]] = {}
    for frame in frames:
        members.setdefault(place_of(segments, frame.index), []).append(frame)
    return [
        _figures(segment, members.get(place, []), miou_of([place]))
        for place, segment in enumerate(segments)
    ]


def last_segments(
    segments: Sequence[FrameRange], frames: Iterable[FrameRecord], miou_of: MiouOf
) -> list[LastSegments]:
    """Return the last segment, the last two, ... all of them: the report's `over_last`.

    The later segments show what the robot has learned. The arguments are those of `each_segment`.
    """
    places = range(len(segments))
    found = [place_of(segments, frame.index) for frame in frames]
    return [
        LastSegments(
            segments=len(last), frames=sum(place in last for place in found), **miou_of(last)
        )
        for last in (places[-number:] for number in range(1, len(places) + 1))
    ]


def _figures(
    segment: FrameRange, members: Sequence[FrameRecord], miou: Mapping[str, float | None]
) -> SegmentFigures:
    answers = [frame.answer for frame in members if frame.answer is not None]
    sent = sum(frame.went_up for frame in members)
    return SegmentFigures(
        name=segment.name,
        start=segment.start,
        stop=segment.stop,
        frames=len(members),
        answered=len(answers),
        wanted=sum(answer.hard for answer in answers),
        sent=sent,
        cur=share(sent, len(members)),
        **miou,
    )
