"""Which segment of a drift, and which dials, each frame of a stream has."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from laecips_eval.bags.topics import Segment
from laecips_eval.drift.recipe import Dials, DriftError, DriftRecipe

_ROUNDING = 1e-6  # of sums of lengths


@dataclass(frozen=True)
class DriftPlan:
    """A recipe laid over the frames of a stream.

    Attributes:
        recipe: the recipe.
        segments: first and last frame of each of its segments.
    """

    recipe: DriftRecipe
    segments: tuple[Segment, ...]

    def place(self, index: int) -> int:
        """Return the position of the segment that has a frame."""
        return next(n for n, segment in enumerate(self.segments) if index < segment.stop)

    def dials(self, index: int) -> Dials:
        """Return the dials of a frame."""
        place = self.place(index)
        start, stop = self.segments[place].start, self.segments[place].stop
        return self.recipe.segments[place].dials((index - start) / max(stop - start - 1, 1))


def plan(recipe: DriftRecipe, frames: int, *, stamps_ns: Sequence[int] | None = None) -> DriftPlan:
    """Lay a recipe over a stream.

    Args:
        recipe: the recipe.
        frames: number of frames.
        stamps_ns: their stamps, where the recipe's lengths are in seconds.

    Raises:
        DriftError: the segments are longer or shorter than the stream, one has no frame, or the
            lengths are in seconds and the frames have no stamps.
    """
    if recipe.unit == "seconds":
        elapsed = _elapsed(stamps_ns, frames)
        # The last frame lasts as long as the others.
        total = float(elapsed[-1] + (np.median(np.diff(elapsed)) if frames > 1 else 1.0))
        starts = np.searchsorted(elapsed, _edges(recipe, total) - _ROUNDING)
    else:
        total = 1.0 if recipe.unit == "share" else float(frames)
        starts = np.rint(_edges(recipe, total) / total * frames).astype(np.int64)
    segments = tuple(
        Segment(it.name, int(start), int(stop))
        for it, start, stop in zip(recipe.segments, starts, [*starts[1:], frames], strict=True)
    )
    for segment in segments:
        if segment.start >= segment.stop:
            raise DriftError(
                f"segment {segment.name} has none of the {frames} frames: make it longer, or take "
                "it away"
            )
    return DriftPlan(recipe, segments)


def _edges(recipe: DriftRecipe, total: float) -> np.ndarray:
    """Return where each segment begins, in the recipe's unit; float64 [S].

    Raises:
        DriftError: the lengths do not add up to the total.
    """
    unit = recipe.unit
    lengths = [getattr(segment, unit) for segment in recipe.segments]
    given = float(sum(length or 0 for length in lengths))
    left, unsaid = total - given, lengths.count(None)
    if left < -_ROUNDING * total or (unsaid and left <= _ROUNDING * total):
        raise DriftError(
            f"the segments take {given:g} {unit}, there are {total:g}: make them shorter"
        )
    if not unsaid and left > _ROUNDING * total:
        raise DriftError(
            f"the segments take {given:g} {unit} of {total:g}: give the last one no {unit}, and it "
            "takes what is left"
        )
    filled = [left / unsaid if length is None else length for length in lengths]
    return np.cumsum([0.0, *filled[:-1]])


def _elapsed(stamps_ns: Sequence[int] | None, frames: int) -> np.ndarray:
    """Return the seconds since the first frame, never falling; float64 [N]."""
    if stamps_ns is None or len(stamps_ns) != frames:
        raise DriftError("pictures in a folder have no times: give lengths as share or frames")
    seconds = (np.array(stamps_ns, np.int64) - stamps_ns[0]) / 1e9
    return np.maximum.accumulate(seconds)
