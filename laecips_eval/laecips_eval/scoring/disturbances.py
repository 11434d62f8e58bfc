"""Frames by what disturbed them, and the figures of each kind."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Final

from laecips_eval.scoring.frame_record import FrameRecord
from laecips_eval.scoring.measures.quantiles import share
from laecips_eval.scoring.run_figures import DisturbanceFigures
from laecips_eval.scoring.segments import FrameRange, place_of

ROUTINE: Final = "routine"
"""Name of the frames that nothing disturbs."""


def kind_of(disturbances: Sequence[FrameRange], index: int | None) -> str | None:
    """Return what disturbs a frame, or `ROUTINE`.

    Args:
        disturbances: stretches with trouble, named by its kind.
        index: position of the frame in the bag; None where it is not known yet.

    Returns:
        The name; None for an unknown frame, or if the bag names no disturbances.
    """
    if index is None or not disturbances:
        return None
    place = place_of(disturbances, index)
    return ROUTINE if place is None else disturbances[place].name


def each_disturbance(
    disturbances: Sequence[FrameRange],
    frames: Iterable[FrameRecord],
    miou_of: Callable[[str], Mapping[str, float | None]],
) -> list[DisturbanceFigures]:
    """Return the figures of each kind, routine first: the report's `disturbances`.

    Args:
        disturbances: stretches with trouble, named by its kind.
        frames: all frames of the run.
        miou_of: returns the data-set mIoU of a kind's frames, by stream.
    """
    members: dict[str | None, list[FrameRecord]] = {}
    for frame in frames:
        members.setdefault(kind_of(disturbances, frame.index), []).append(frame)
    members.pop(None, None)
    kinds = sorted(members, key=lambda kind: (kind != ROUTINE, str(kind)))
    return [_figures(str(kind), members[kind], miou_of(str(kind))) for kind in kinds]


def _figures(
    kind: str, members: Sequence[FrameRecord], miou: Mapping[str, float | None]
) -> DisturbanceFigures:
    sent = sum(frame.went_up for frame in members)
    return DisturbanceFigures(
        name=kind, frames=len(members), sent=sent, cur=share(sent, len(members)), **miou
    )
