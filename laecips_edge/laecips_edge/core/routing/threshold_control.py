"""Steer delta under a latency budget, an upload budget, or both: the stricter one wins."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from typing import Final

from laecips_edge.core.bundle.manifest import Manifest
from laecips_edge.core.routing.latency_budget import BudgetSettings, BudgetState, LatencyBudget
from laecips_edge.core.routing.policy import ALWAYS_UPLOADS, NEVER_UPLOADS, Decision, Policy
from laecips_edge.core.routing.upload_budget import Allowance, UploadBudget, UploadBudgetSettings

USES_H: Final = "laecips"

WINDOW: Final = 100
"""Number of recent frames whose trust is ranked: ten seconds at 10 Hz, short against a drift."""

_SEEDS: Final = 4
"""Approximate number of a manifest's quantiles in the first ranking, so few that the newest frames
soon outweigh them."""


class ThresholdControl:
    """Steers the running pair's threshold to its budgets. Safe for several threads.

    Args:
        budget_s: largest mean time from a frame's receipt to its answer, in seconds; None for any.
        most_hard: largest hard share, in (0, 1], even if the latency budget allows more, because
            other robots use the cloud and the link too.
        upload_share: largest share of the frames that are uploaded, in (0, 1]; None for any.

    Raises:
        ValueError: a setting is out of range.
    """

    def __init__(
        self,
        *,
        budget_s: float | None = None,
        most_hard: float = 1.0,
        upload_share: float | None = None,
    ) -> None:
        self._latency = (
            None
            if budget_s is None
            else BudgetSettings(budget=budget_s, window=WINDOW, hard_shares=(0.0, most_hard))
        )
        self._uploads = None if upload_share is None else UploadBudgetSettings(share=upload_share)
        self._lock = threading.Lock()
        self._manifest: Manifest | None = None
        self._loop: LatencyBudget | None = None
        self._account: UploadBudget | None = None

    @property
    def state(self) -> BudgetState | None:
        """The state of the latency budget; None before the first frame and without a budget."""
        with self._lock:
            return None if self._loop is None else self._loop.state

    def looked(
        self, decision: Decision, *, policy: Policy, manifest: Manifest, cloud_is_there: bool
    ) -> Allowance:
        """Take the decision on a frame.

        Args:
            decision: the decision.
            policy: the policy that decided.
            manifest: manifest of the pair that labelled the frame; if the pair has changed, recent
                frames keep their ranks where the manifests tell how trust has changed, and its
                trust is ranked from the start otherwise.
            cloud_is_there: False keeps the threshold of the latency budget and the account of the
                upload budget.

        Returns:
            What the next frame of this pair may do.
        """
        with self._lock:
            if manifest is not self._manifest:
                self._begin(policy, manifest)
            deltas, upload = [], True
            if self._loop is not None:
                self._loop.judged(decision.trust)
                deltas.append(self._loop.step(cloud_is_there=cloud_is_there).delta)
            if self._account is not None:
                allowance = self._account.looked(
                    decision.trust,
                    uploaded=decision.upload,
                    audit_rate=policy.audit_rate,
                    cloud_is_there=cloud_is_there,
                )
                deltas.append(allowance.delta)
                upload = allowance.upload
            return Allowance(min(deltas, default=policy.delta), upload)

    def answered(self, seconds: float, *, hard: bool) -> None:
        """Take the delay of an answer; do not call it for a fallback.

        Args:
            seconds: seconds from the frame's receipt.
            hard: whether the cloud answered the frame.
        """
        with self._lock:
            if self._loop is not None:
                self._loop.answered(seconds, hard=hard)

    def _begin(self, policy: Policy, manifest: Manifest) -> None:
        # A manifest has quantiles only for the trust of the network h.
        before, ranking = (
            _quantiles(self._manifest, manifest) if policy.name == USES_H else ((), ())
        )
        few = ranking if before else ranking[:: max(1, len(ranking) // _SEEDS)]
        if self._latency is not None:
            if self._loop is None:
                below = sum(value <= policy.delta for value in few)
                share = below / len(few) if few else 0.0
                least, most = self._latency.hard_shares
                self._loop = LatencyBudget(
                    self._latency, delta=policy.delta, hard_share=min(max(share, least), most)
                )
            self._loop.renew(few, delta=policy.delta, before=before)
        if self._uploads is not None:
            if self._account is None:
                self._account = UploadBudget(self._uploads, delta=policy.delta)
            self._account.renew(ranking, delta=policy.delta, before=before)
        self._manifest = manifest


def _quantiles(left: Manifest | None, running: Manifest) -> tuple[Sequence[float], Sequence[float]]:
    """Return quantiles of the trust in the pair that is left and in the one that runs.

    Both are of the same frames; those of the pair that is left are empty where the manifests do not
    compare the two.
    """
    if left is not None and left.name == running.name:
        if running.parent == left.version and running.parent_quantiles:
            return running.parent_quantiles, running.quantiles
        if left.parent == running.version and left.parent_quantiles:  # a rollback
            return left.quantiles, left.parent_quantiles
    return (), running.quantiles


def can_be_steered(policy: str) -> bool:
    """Return whether the policy of this name has a threshold to steer."""
    return policy not in (NEVER_UPLOADS, ALWAYS_UPLOADS)
