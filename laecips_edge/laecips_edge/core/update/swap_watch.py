"""Decide whether a swap of the pair (f, h) did harm, from the answers of both pairs, without truth.

The frames of the new pair are compared with those of the previous pair just before the swap. A
difference is only a *suspicion*, because scenes change, machines are busy, and a version that is
rolled back is barred for good. The previous pair then labels the newest frame too. The suspicion is
*confirmed* only if the two pairs differ on that same frame as well.

A pair whose answer is not finite, or that cannot be run, is rolled back at once, without a watch
(`running_pair.py`).
"""

from __future__ import annotations

import statistics
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from laecips_edge.core.frame.observation import Observation

FEWEST_FRAMES = 10
"""Frames of the new pair before the first suspicion, and between two questions to the previous."""

ONE_CLASS, SEVERAL_CLASSES = 0.995, 0.95
"""Share of the largest class: above the first f names one class only, below the second several."""

MOST_MOVED = 0.5
"""Largest total variation between two class histograms: half of all pixels changed class."""

FLOOD, NO_FLOOD = 0.9, 0.5
"""Share of hard frames: at least the first is nearly all, at most the second is ordinary."""

STUCK, NOT_STUCK = 1e-6, 0.01
"""Range of the trust over frames: below the first it is constant, above the second it varies."""

SURE = 0.999
"""A constant trust from here up is no harm: f may be right on every frame."""

SLOWER, SLOWER_MS = 3.0, 20.0
"""Largest factor, and largest number of milliseconds, by which the new pair may be slower."""


Frames = Sequence[Observation]


@dataclass(frozen=True, kw_only=True)
class Harm:
    """One kind of harm.

    Attributes:
        what: one line, which completes "version N ...".
        suspected: decides from the frames before and after the swap.
        confirmed: decides from the new and the previous pair's observation of one frame.
    """

    what: str
    suspected: Callable[[Frames, Frames], bool]
    confirmed: Callable[[Observation, Observation], bool]


class SwapWatch:
    """The watch over one swap.

    Args:
        before: frames of the previous pair, newest last; empty if none are known.
        frames: number of frames of the new pair to watch.
    """

    def __init__(self, before: Frames, *, frames: int) -> None:
        self._before = list(before)[-frames:]
        self._frames = frames
        self._after: list[Observation] = []
        self._asked_at = 0

    def add(self, seen: Observation) -> None:
        """Add the next frame of the new pair."""
        if not self.over:
            self._after.append(seen)

    @property
    def over(self) -> bool:
        """Whether enough frames were watched; the pair stays if no suspicion is confirmed."""
        return len(self._after) >= self._frames

    def suspicions(self) -> list[Harm]:
        """Return the harms that the new pair is suspected of.

        After a suspicion the next ones come `FEWEST_FRAMES` frames later at the earliest, or at the
        end of the watch.
        """
        seen = len(self._after)
        due = seen - self._asked_at >= FEWEST_FRAMES or (self.over and seen > self._asked_at)
        if seen < min(FEWEST_FRAMES, self._frames) or not due:
            return []
        found = [harm for harm in HARMS if harm.suspected(self._before, self._after)]
        if found:
            self._asked_at = seen
        return found


def _one_class(_: Frames, after: Frames) -> bool:
    return min(float(seen.shares.max()) for seen in after) > ONE_CLASS


def _moved(before: Frames, after: Frames) -> bool:
    return len(before) >= FEWEST_FRAMES and _distance(_mean(before), _mean(after)) > MOST_MOVED


def _flooded(before: Frames, after: Frames) -> bool:
    return (
        len(before) >= FEWEST_FRAMES
        and _hard_share(after) >= FLOOD
        and _hard_share(before) <= NO_FLOOD
    )


def _stuck(before: Frames, after: Frames) -> bool:
    return (
        len(before) >= FEWEST_FRAMES
        and _range(after) < STUCK
        and _range(before) > NOT_STUCK
        and after[-1].trust < SURE
        # On a picture that does not change, a constant trust is right.
        and any(_distance(seen.shares, after[0].shares) > 0 for seen in after)
    )


def _slow(before: Frames, after: Frames) -> bool:
    return len(before) >= FEWEST_FRAMES and _much_slower(_median_ms(after), _median_ms(before))


def _much_slower(ms: float, reference_ms: float) -> bool:
    return ms > SLOWER * reference_ms and ms > reference_ms + SLOWER_MS


HARMS = (
    Harm(
        what="names one class only, the version before several on the same frame",
        suspected=_one_class,
        confirmed=lambda new, old: (
            new.shares.max() > ONE_CLASS > SEVERAL_CLASSES > old.shares.max()
        ),
    ),
    Harm(
        what="gives more than half of the pixels another class than the version before",
        suspected=_moved,
        confirmed=lambda new, old: _distance(new.shares, old.shares) > MOST_MOVED,
    ),
    Harm(
        what="calls nearly every frame hard, the version before did not",
        suspected=_flooded,
        confirmed=lambda new, old: new.hard and not old.hard,
    ),
    Harm(
        what="has the same trust in every frame, the version before had not",
        suspected=_stuck,
        confirmed=lambda new, old: abs(new.trust - old.trust) > NOT_STUCK,
    ),
    Harm(
        what=f"takes more than {SLOWER:g} times as long as the version before",
        suspected=_slow,
        # On a machine that has become busy the previous pair is as slow.
        confirmed=lambda new, old: _much_slower(new.inference_ms, old.inference_ms),
    ),
)
"""All kinds of harm; if several are confirmed, the first is reported."""


def _mean(frames: Frames) -> NDArray[np.float64]:
    return np.asarray(np.mean([seen.shares for seen in frames], axis=0), np.float64)


def _distance(one: NDArray[np.float64], other: NDArray[np.float64]) -> float:
    """Return the total variation between two histograms, in [0, 1]."""
    return float(np.abs(one - other).sum()) / 2


def _hard_share(frames: Frames) -> float:
    return statistics.fmean(seen.hard for seen in frames)


def _range(frames: Frames) -> float:
    trusts = [seen.trust for seen in frames]
    return max(trusts) - min(trusts)


def _median_ms(frames: Frames) -> float:
    return statistics.median(seen.inference_ms for seen in frames)
