"""The latency budget: how many frames may go to the cloud for the mean delay to stay within it.

Equation 10, mended: with h easy frames of delay d1 and 1 - h hard frames of delay d0 (end to end,
f's own time included) the mean delay stays below delay_max iff

    h > (d0 - delay_max) / (d0 - d1)

The paper prints delay_max - d1 below the line, which at its own point (d0 = 5.11, d1 = 1.12,
delay_max = 2.60) asks for 170 % easy frames; the right bound is 62.9 %.

The controller turns that share into a threshold by rank: delta is the quantile of the recent
frames' trust that calls the affordable share hard. Ranks survive a drift in how h is scaled; a
gain on delta itself would not.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np


def least_easy_share(*, easy_delay: float, hard_delay: float, budget: float) -> float:
    """Compute the share of easy frames that a latency budget asks for (eq. 10, mended).

    Args:
        easy_delay: d1, mean seconds end to end of an easy frame.
        hard_delay: d0, the same of a hard frame, d1 included.
        budget: delay_max, seconds that the mean may take.

    Returns:
        A share in [0, 1]: 0 where every frame may go to the cloud, 1 where none may.

    Example:
        >>> round(least_easy_share(easy_delay=1.12, hard_delay=5.11, budget=2.60), 3)
        0.629
    """
    if budget >= hard_delay:
        return 0.0
    if budget <= easy_delay:
        return 1.0
    return (hard_delay - budget) / (hard_delay - easy_delay)


@dataclass(frozen=True)
class BudgetState:
    """What the controller holds.

    Attributes:
        delta: threshold in [0, 1].
        hard_share: share of the recent frames that `delta` is meant to call hard.
        reachable: False where the budget is below the delay of the robot alone: no threshold
            meets it, which is a matter for diagnostics.
    """

    delta: float
    hard_share: float
    reachable: bool


@dataclass(frozen=True, kw_only=True)
class BudgetSettings:
    """How the controller behaves. Checked at construction.

    Attributes:
        budget: delay_max in seconds, > 0.
        window: number of recent frames whose trust is ranked.
        warm_up: frames before the first change of delta.
        smoothing: weight in (0, 1] of a new delay in its running mean.
        slew: largest change of the hard share a step, in (0, 1].
        hard_shares: (least, largest) hard share, in [0, 1].
    """

    budget: float
    window: int = 300
    warm_up: int = 30
    smoothing: float = 0.1
    slew: float = 0.02
    hard_shares: tuple[float, float] = (0.0, 1.0)

    def __post_init__(self) -> None:
        """Raise ValueError naming the first setting that cannot be."""
        least, largest = self.hard_shares
        for name, good in {
            "budget": self.budget > 0,
            "window": self.window >= 1,
            "warm_up": 1 <= self.warm_up <= self.window,
            "smoothing": 0 < self.smoothing <= 1,
            "slew": 0 < self.slew <= 1,
            "hard_shares": 0 <= least <= largest <= 1,
        }.items():
            if not good:
                raise ValueError(f"latency budget: {name} cannot be {getattr(self, name)!r}")


class LatencyBudget:
    """Steers delta so that the mean delay stays within a budget."""

    def __init__(self, settings: BudgetSettings, *, delta: float, hard_share: float) -> None:
        """Start from a bundle's own threshold.

        Args:
            settings: see `BudgetSettings`.
            delta: the manifest's threshold in [0, 1], kept until enough frames were seen.
            hard_share: share of the frames that it is expected to call hard.
        """
        self._settings = settings
        self._trusts: deque[float] = deque(maxlen=settings.window)
        self._easy_delay: float | None = None
        self._hard_delay: float | None = None
        self._state = BudgetState(delta=delta, hard_share=hard_share, reachable=True)

    @property
    def state(self) -> BudgetState:
        """What the last step decided."""
        return self._state

    def renew(self, ranking: Sequence[float], *, delta: float) -> None:
        """Go on with another h, whose trust ranks anew; the hard share stays.

        Args:
            ranking: trust that it is known for, a manifest's quantiles; may be empty.
            delta: its own threshold, which stands until there is anything to rank.
        """
        self._trusts.clear()
        self._trusts.extend(ranking)
        share = self._state.hard_share
        self._state = replace(self._state, delta=self._delta_of(share) if self._trusts else delta)

    def judged(self, trust: float) -> None:
        """Note the trust in [0, 1] of a frame, easy or hard."""
        self._trusts.append(trust)

    def answered(self, seconds: float, *, hard: bool) -> None:
        """Note the delay, end to end, of a frame that was answered as wanted; no fallbacks."""
        if hard:
            self._hard_delay = self._smooth(self._hard_delay, seconds)
        else:
            self._easy_delay = self._smooth(self._easy_delay, seconds)

    def step(self, *, cloud_is_there: bool) -> BudgetState:
        """Move delta once.

        Args:
            cloud_is_there: False freezes everything: delays say nothing while the cloud is away.

        Returns:
            The new state, which is also `state`.
        """
        easy, hard = self._easy_delay, self._hard_delay
        if not cloud_is_there or easy is None:
            return self._state
        if len(self._trusts) < self._settings.warm_up:
            return self._state
        budget = self._settings.budget
        # What the cloud takes is not known before it was asked: more and more frames ask it.
        bound = (
            0.0
            if hard is None
            else least_easy_share(easy_delay=easy, hard_delay=hard, budget=budget)
        )
        wanted = float(np.clip(1.0 - bound, *self._settings.hard_shares))
        slew, now = self._settings.slew, self._state.hard_share
        share = float(np.clip(wanted, now - slew, now + slew))
        self._state = BudgetState(
            delta=self._delta_of(share), hard_share=share, reachable=budget > easy
        )
        return self._state

    def _delta_of(self, share: float) -> float:
        """Return the threshold that calls a share of the recent frames hard: those not above it.

        Never more of them: of frames with the same trust all are hard, or none.
        """
        ordered = np.sort(self._trusts)
        hard = round(share * len(ordered))
        if hard == len(ordered):
            return float(ordered[-1])
        below = ordered[ordered < ordered[hard]]
        return float(below[-1]) if below.size else float(max(0.0, np.nextafter(ordered[0], -1.0)))

    def _smooth(self, mean: float | None, seconds: float) -> float:
        return seconds if mean is None else mean + self._settings.smoothing * (seconds - mean)
