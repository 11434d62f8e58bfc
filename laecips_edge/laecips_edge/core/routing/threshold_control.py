"""Steer delta under a latency budget, by the measured delays of the answers."""

from __future__ import annotations

import threading
from typing import Final

from laecips_edge.core.bundle.manifest import Manifest
from laecips_edge.core.routing.latency_budget import BudgetSettings, BudgetState, LatencyBudget
from laecips_edge.core.routing.policy import ALWAYS_UPLOADS, NEVER_UPLOADS, Decision, Policy

USES_H: Final = "laecips"

WINDOW: Final = 100
"""Number of recent frames whose trust is ranked: ten seconds at 10 Hz, short against a drift."""

_SEEDS: Final = 4
"""Approximate number of a manifest's quantiles in the first ranking, so few that the newest frames
soon outweigh them."""


class ThresholdControl:
    """Steers the running pair's threshold to a latency budget. Safe for several threads.

    Args:
        budget_s: largest mean time from a frame's receipt to its answer, in seconds.
        most_hard: largest hard share, in (0, 1], even if the budget allows more, because other
            robots use the cloud and the link too.

    Raises:
        ValueError: a setting is out of range.
    """

    def __init__(self, *, budget_s: float, most_hard: float = 1.0) -> None:
        self._settings = BudgetSettings(
            budget=budget_s, window=WINDOW, hard_shares=(0.0, most_hard)
        )
        self._lock = threading.Lock()
        self._manifest: Manifest | None = None
        self._loop: LatencyBudget | None = None

    @property
    def state(self) -> BudgetState | None:
        """The controller's state; None before the first frame."""
        with self._lock:
            return None if self._loop is None else self._loop.state

    def looked(
        self, decision: Decision, *, policy: Policy, manifest: Manifest, cloud_is_there: bool
    ) -> float:
        """Take the decision on a frame.

        Args:
            decision: the decision.
            policy: the policy that decided.
            manifest: manifest of the pair that labelled the frame; if the pair has changed, its
                trust is ranked from the start.
            cloud_is_there: False keeps the threshold.

        Returns:
            The threshold for the next frame of this pair, in [0, 1].
        """
        with self._lock:
            loop = self._loop
            if loop is None or manifest is not self._manifest:
                loop = self._begin(policy, manifest)
            loop.judged(decision.trust)
            return loop.step(cloud_is_there=cloud_is_there).delta

    def answered(self, seconds: float, *, hard: bool) -> None:
        """Take the delay of an answer; do not call it for a fallback.

        Args:
            seconds: seconds from the frame's receipt.
            hard: whether the cloud answered the frame.
        """
        with self._lock:
            if self._loop is not None:
                self._loop.answered(seconds, hard=hard)

    def _begin(self, policy: Policy, manifest: Manifest) -> LatencyBudget:
        # A manifest has quantiles only for the trust of the network h.
        ranking = manifest.quantiles if policy.name == USES_H else ()
        ranking = ranking[:: max(1, len(ranking) // _SEEDS)]
        if self._loop is None:
            below = sum(value <= policy.delta for value in ranking)
            share = below / len(ranking) if ranking else 0.0
            least, most = self._settings.hard_shares
            self._loop = LatencyBudget(
                self._settings, delta=policy.delta, hard_share=min(max(share, least), most)
            )
        self._loop.renew(ranking, delta=policy.delta)
        self._manifest = manifest
        return self._loop


def can_be_steered(policy: str) -> bool:
    """Return whether the policy of this name has a threshold to steer."""
    return policy not in (NEVER_UPLOADS, ALWAYS_UPLOADS)
