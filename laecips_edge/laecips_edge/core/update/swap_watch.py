"""Did an exchange of the pair (f, h) do harm? Decided from what both pairs say, without any truth.

The new pair's frames are held against those of the pair before, just before the exchange. Scenes
change, machines are busy, and a version that is rolled back is never taken again: so a *suspicion*
alone decides nothing. The pair before is asked about the newest frame, and only where the two
differ on that same frame as much as the frames did is the suspicion *confirmed*.

A pair whose answer is not finite, or that cannot be run, needs no such judgement: it is exchanged
on the spot (`running_pair.py`).
"""

from __future__ import annotations

import statistics
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from laecips_edge.core.frame.observation import Observation

FEWEST_FRAMES = 10
"""Of the new pair, before anything is said; also between two questions to the pair before."""

ONE_CLASS, SEVERAL_CLASSES = 0.995, 0.95
"""Share of the largest class: above the first f names one class only, below the second several."""

MOST_MOVED = 0.5
"""Total variation between two class histograms: half of all pixels took another class."""

FLOOD, NO_FLOOD = 0.9, 0.5
"""Share of hard frames: nearly all, and ordinary."""

STUCK, NOT_STUCK = 1e-6, 0.01
"""Range of h over frames: below the first it says the same of every frame."""

SURE = 0.999
"""h of a pair that has every reason to be content: being stuck up here is no fault."""

SLOWER, SLOWER_MS = 3.0, 20.0
"""Times, and milliseconds, that the new pair may take longer."""


Frames = Sequence[Observation]


@dataclass(frozen=True, kw_only=True)
class Harm:
    """One way to do harm.

    Attributes:
        what: one line, after "version N ...".
        suspected: from the frames before and after the exchange.
        confirmed: from the new pair's and the old pair's answer to one frame.
    """

    what: str
    suspected: Callable[[Frames, Frames], bool]
    confirmed: Callable[[Observation, Observation], bool]


class SwapWatch:
    """Watches one exchange.

    Args:
        before: frames of the pair before, newest last; none where nothing is known.
        frames: of the new pair that are watched.
    """

    def __init__(self, before: Frames, *, frames: int) -> None:
        self._before = list(before)[-frames:]
        self._frames = frames
        self._after: list[Observation] = []
        self._asked_at = 0

    def add(self, seen: Observation) -> None:
        """Take in the next frame of the new pair."""
        if not self.over:
            self._after.append(seen)

    @property
    def over(self) -> bool:
        """Whether enough frames were seen: with no suspicion confirmed, the pair stays."""
        return len(self._after) >= self._frames

    def suspicions(self) -> list[Harm]:
        """What the new pair is suspected of; each question is put again only some frames later."""
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
        # A picture that stands still is no reason to say anything else of it.
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
        what="has the same confidence in every frame, the version before had not",
        suspected=_stuck,
        confirmed=lambda new, old: abs(new.trust - old.trust) > NOT_STUCK,
    ),
    Harm(
        what=f"takes more than {SLOWER:g} times as long as the version before",
        suspected=_slow,
        # On a machine that has become busy the pair before is as slow.
        confirmed=lambda new, old: _much_slower(new.inference_ms, old.inference_ms),
    ),
)
"""In the order in which they are told."""


def _mean(frames: Frames) -> NDArray[np.float64]:
    return np.asarray(np.mean([seen.shares for seen in frames], axis=0), np.float64)


def _distance(one: NDArray[np.float64], other: NDArray[np.float64]) -> float:
    """Total variation, in [0, 1]."""
    return float(np.abs(one - other).sum()) / 2


def _hard_share(frames: Frames) -> float:
    return statistics.fmean(seen.hard for seen in frames)


def _range(frames: Frames) -> float:
    trusts = [seen.trust for seen in frames]
    return max(trusts) - min(trusts)


def _median_ms(frames: Frames) -> float:
    return statistics.median(seen.inference_ms for seen in frames)
