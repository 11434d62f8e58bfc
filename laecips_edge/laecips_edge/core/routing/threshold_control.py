"""Who goes to the cloud under a latency budget: delta is steered by what answers really take."""

from __future__ import annotations

import threading
from typing import Final

from laecips_edge.core.bundle.manifest import Manifest
from laecips_edge.core.routing.latency_budget import BudgetSettings, BudgetState, LatencyBudget
from laecips_edge.core.routing.policy import ALWAYS_UPLOADS, NEVER_UPLOADS, Decision, Policy

USES_H: Final = "laecips"

WINDOW: Final = 100
"""Recent frames that are ranked: a robot's ten seconds, short against a drift."""

_SEEDS: Final = 4
"""About so many of a manifest's quantiles begin the ranking: frames of now soon outweigh them."""


class ThresholdControl:
    """Holds the threshold of whatever pair runs to a latency budget. Safe for several threads.

    Args:
        budget_s: mean seconds from a frame's receipt to its answer that may be taken.
        most_hard: largest share of the frames, in (0, 1], that may be called hard whatever the
            budget allows: the cloud and the link belong to others too.

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
        """What was decided last; None before the first frame."""
        with self._lock:
            return None if self._loop is None else self._loop.state

    def looked(
        self, decision: Decision, *, policy: Policy, manifest: Manifest, cloud_is_there: bool
    ) -> float:
        """Take in how a frame was judged.

        Args:
            decision: of the frame.
            policy: that decided.
            manifest: of the pair that looked; where it is another one than before, trust is ranked
                anew.
            cloud_is_there: False freezes the threshold.

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
        """Take in how long an answer took, from the frame's receipt; fallbacks do not count."""
        with self._lock:
            if self._loop is not None:
                self._loop.answered(seconds, hard=hard)

    def _begin(self, policy: Policy, manifest: Manifest) -> LatencyBudget:
        # The quantiles are those of the network h.
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
    """Whether a threshold means anything to a policy of this name."""
    return policy not in (NEVER_UPLOADS, ALWAYS_UPLOADS)
