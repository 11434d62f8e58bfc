"""Shares the lessons out: what f learns from, what h and the gate get, and people's truth."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from laecips_cloud.training.data.time_blocks import split_by_time
from laecips_cloud.training.online.lessons import Lesson


class LessonShares(NamedTuple):
    """The lessons of one training, each in one share, all in order of time.

    Attributes:
        learnt: what f learns from.
        held_out: what h learns from and the gate compares the loss on; f does not learn from it.
        truth: what people labelled for the gate; nothing learns from it.
    """

    learnt: list[Lesson]
    held_out: list[Lesson]
    truth: list[Lesson]


def share_out(lessons: Sequence[Lesson], *, blocks: int) -> LessonShares:
    """Share lessons out; see `split_by_time`.

    What people labelled teaches f wherever it lies in time: it is too dear to be held out twice.

    Args:
        lessons: in order of time, at least two of them no truth.
        blocks: number of blocks of time, at least 2.

    Raises:
        ValueError: fewer than two lessons are no truth, or fewer than two blocks.
    """
    truth = [lesson for lesson in lessons if lesson.held_out]
    rest = [lesson for lesson in lessons if not lesson.held_out]
    learnt, held_out = split_by_time(rest, blocks=blocks)
    others = [lesson for lesson in held_out if not lesson.by_person]
    if others:
        kept = {id(lesson) for lesson in others}
        learnt = [lesson for lesson in rest if id(lesson) not in kept]
        held_out = others
    return LessonShares(learnt, held_out, truth)
