"""Named stretches of a bag, and what became of the frames of one."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, Protocol

from laecips_eval.scoring.frame_record import FrameRecord
from laecips_eval.scoring.quantiles import share


class Segment(Protocol):
    """A named stretch of a bag: frames `start <= index < stop`."""

    @property
    def name(self) -> str:
        """What happens there."""
        ...

    @property
    def start(self) -> int:
        """Index of its first frame."""
        ...

    @property
    def stop(self) -> int:
        """Index after its last frame."""
        ...


def place_of(segments: Sequence[Segment], index: int | None) -> int | None:
    """Place of the first segment that a frame is of; None where it is of none."""
    if index is None:
        return None
    for place, segment in enumerate(segments):
        if segment.start <= index < segment.stop:
            return place
    return None


def segment_counts(segment: Segment, frames: Iterable[FrameRecord]) -> dict[str, Any]:
    """What became of a segment's frames: the counts of one of the report's `segments`.

    Args:
        segment: the segment.
        frames: its frames.
    """
    members = list(frames)
    answers = [frame.answer for frame in members if frame.answer is not None]
    sent = sum(frame.went_up for frame in members)
    return {
        "name": segment.name,
        "start": segment.start,
        "stop": segment.stop,
        "frames": len(members),
        "answered": len(answers),
        "wanted": sum(answer.hard for answer in answers),
        "sent": sent,
        "cur": share(sent, len(members)),
    }
