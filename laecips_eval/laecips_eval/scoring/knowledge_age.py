"""How old the newest lesson is that the running f has learnt from, frame by frame."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from laecips_eval.scoring.frame_record import FrameRecord
from laecips_eval.scoring.measures.quantiles import typical_and_slow
from laecips_eval.scoring.run_figures import KnowledgeAge, UpdateFigures


def knowledge_age(
    frames: Mapping[int, FrameRecord], updates: Iterable[UpdateFigures]
) -> KnowledgeAge:
    """Return the age over all frames.

    Args:
        frames: by stamp in nanoseconds.
        updates: pairs of the run; the frames of any other version count as those of an f that has
            not learnt.
    """
    updates = list(updates)
    newest = {it.version: it.newest_lesson_ns for it in updates if it.newest_lesson_ns is not None}
    learnt = {it.version for it in updates}
    versions = {
        stamp_ns: frame.answer.version
        for stamp_ns, frame in frames.items()
        if frame.answer is not None
    }
    ages = [
        _seconds(stamp_ns, newest[version], frames)
        for stamp_ns, version in versions.items()
        if version in newest
    ]
    p50, p95 = typical_and_slow(ages) or (None, None)
    before = sum(version not in learnt for version in versions.values())
    return KnowledgeAge(frames=len(ages), before=before, p50_s=p50, p95_s=p95)


def _seconds(stamp_ns: int, lesson_ns: int, frames: Mapping[int, FrameRecord]) -> float:
    """Return the seconds from a lesson to a frame: on the runner's clock where it saw both."""
    lesson, frame = frames.get(lesson_ns), frames[stamp_ns]
    if lesson is None or lesson.played_ns is None or frame.played_ns is None:
        return (stamp_ns - lesson_ns) / 1e9
    return (frame.played_ns - lesson.played_ns) / 1e9
