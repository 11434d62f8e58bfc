"""The latency budget: the share of frames that may be uploaded with the mean delay within a limit.

Equation 10, corrected: with a share h of easy frames of delay d1 and 1 - h of hard frames of delay
d0 (end to end, including f's time) the mean delay is below delay_max iff

    h > (d0 - delay_max) / (d0 - d1)

The paper prints delay_max - d1 as the denominator. At the paper's own point (d0 = 5.11, d1 = 1.12,
delay_max = 2.60) that requires 170 % easy frames; the correct bound is 62.9 %.

The controller turns the allowed hard share into a threshold by rank: delta is that quantile of the
recent frames' trust.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from laecips_edge.core.routing.recent_trust import RecentTrust


def least_easy_share(*, easy_delay: float, hard_delay: float, budget: float) -> float:
    """Compute the share of easy frames that a latency budget requires (eq. 10, corrected).

    Args:
        easy_delay: d1, mean end-to-end delay of an easy frame, in seconds.
        hard_delay: d0, mean end-to-end delay of a hard frame, in seconds, including d1.
        budget: delay_max, largest mean delay, in seconds.

    Returns:
        A share in [0, 1]; 0: every frame may be uploaded, 1: none may.

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
    """The state of the controller.

    Attributes:
        delta: threshold in [0, 1].
        hard_share: intended share of hard frames among the recent ones.
        reachable: False if the budget is below the delay of the robot alone, so that no threshold
            meets it; the diagnostics show this.
    """

    delta: float
    hard_share: float
    reachable: bool


@dataclass(frozen=True, kw_only=True)
class BudgetSettings:
    """The settings of the controller, checked at construction.

    Attributes:
        budget: delay_max in seconds, > 0.
        window: number of recent frames whose trust is ranked.
        warm_up: number of frames before the first change of delta.
        smoothing: weight of a new delay in its running mean, in (0, 1].
        slew: largest change of the hard share per step, in (0, 1].
        hard_shares: (smallest, largest) hard share, in [0, 1].
    """

    budget: float
    window: int = 300
    warm_up: int = 30
    smoothing: float = 0.1
    slew: float = 0.02
    hard_shares: tuple[float, float] = (0.0, 1.0)

    def __post_init__(self) -> None:
        """Raise ValueError naming the first setting that is out of range."""
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
    """The controller that steers delta so that the mean delay stays within a budget."""

    def __init__(self, settings: BudgetSettings, *, delta: float, hard_share: float) -> None:
        """Start from a bundle's own threshold.

        Args:
            settings: see `BudgetSettings`.
            delta: the manifest's threshold in [0, 1], kept for the first `warm_up` frames.
            hard_share: expected share of hard frames at this threshold, in [0, 1].
        """
        self._settings = settings
        self._trusts = RecentTrust(settings.window)
        self._easy_delay: float | None = None
        self._hard_delay: float | None = None
        self._state = BudgetState(delta=delta, hard_share=hard_share, reachable=True)

    @property
    def state(self) -> BudgetState:
        """The state after the last step."""
        return self._state

    def renew(
        self, ranking: Sequence[float], *, delta: float, before: Sequence[float] = ()
    ) -> None:
        """Continue with another h; keep the hard share.

        Args:
            ranking: known values of its trust (quantiles of its manifest); may be empty.
            delta: its threshold, used while there is no trust to rank.
            before: quantiles of the trust so far on the same frames: recent frames keep their ranks
                (see `RecentTrust.begin`); empty: they are forgotten.
        """
        self._trusts.begin(ranking, before=before)
        share = self._state.hard_share
        self._state = replace(self._state, delta=self._trusts.delta_of(share) if ranking else delta)

    def judged(self, trust: float) -> None:
        """Add the trust in [0, 1] of a frame, easy or hard."""
        self._trusts.add(trust)

    def answered(self, seconds: float, *, hard: bool) -> None:
        """Add the end-to-end delay of a frame, in seconds; do not call it for a fallback.

        Args:
            seconds: the delay.
            hard: whether the cloud answered the frame.
        """
        if hard:
            self._hard_delay = self._smooth(self._hard_delay, seconds)
        else:
            self._easy_delay = self._smooth(self._easy_delay, seconds)

    def step(self, *, cloud_is_there: bool) -> BudgetState:
        """Move delta once.

        Args:
            cloud_is_there: False keeps the state, because delays mean nothing without the cloud.

        Returns:
            The new state, which is also `state`.
        """
        easy, hard = self._easy_delay, self._hard_delay
        if not cloud_is_there or easy is None:
            return self._state
        if len(self._trusts) < self._settings.warm_up:
            return self._state
        budget = self._settings.budget
        # The cloud's delay is unknown before its first answer: raise the hard share until then.
        bound = (
            0.0
            if hard is None
            else least_easy_share(easy_delay=easy, hard_delay=hard, budget=budget)
        )
        wanted = float(np.clip(1.0 - bound, *self._settings.hard_shares))
        slew, now = self._settings.slew, self._state.hard_share
        share = float(np.clip(wanted, now - slew, now + slew))
        self._state = BudgetState(
            delta=self._trusts.delta_of(share), hard_share=share, reachable=budget > easy
        )
        return self._state

    def _smooth(self, mean: float | None, seconds: float) -> float:
        return seconds if mean is None else mean + self._settings.smoothing * (seconds - mean)
