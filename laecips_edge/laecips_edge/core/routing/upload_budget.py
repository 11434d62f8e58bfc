"""The upload budget: the share of frames that may be uploaded, audits included.

Two parts. The threshold is a quantile of the trust of recent frames, so that the least trusted ones
go up, whatever the scale of the trust. An account keeps the promise that a quantile alone cannot
keep, because hard frames come in bursts: each frame earns `share`, each upload costs 1, and nothing
is uploaded on credit. So of any n frames in a row at most `share * n + savings` are uploaded, and
since the start at most `share * n`. The fuller the account, the larger the share that the quantile
aims at: what a quiet minute saves, a burst may spend. A full account loses what it earns, so a
nearly full one lets frames up that are trusted more, and the budget is used while trust rises too.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from laecips_edge.core.routing.recent_trust import RecentTrust

_FULLNESS: Final = (0.0, 0.8, 1.0)
"""Balance of the account, in parts of its savings."""

_AIMS: Final = (0.75, 1.15, 4.0)
"""What the quantile aims at there, in parts of the share: the share itself at half the savings."""


@dataclass(frozen=True, kw_only=True)
class UploadBudgetSettings:
    """The settings of an upload budget, checked at construction.

    Attributes:
        share: largest share of the frames that are uploaded, in (0, 1].
        window: number of recent frames whose trust is ranked.
        warm_up: number of frames before the first ranking, if no trust is known at the start.
        savings: largest balance of the account, in uploads, at least 1.
    """

    share: float
    window: int = 600
    warm_up: int = 30
    savings: int = 90

    def __post_init__(self) -> None:
        """Raise ValueError naming the first setting that is out of range."""
        for name, good in {
            "share": 0 < self.share <= 1,
            "window": self.window >= 1,
            "warm_up": 1 <= self.warm_up <= self.window,
            "savings": self.savings >= 1,
        }.items():
            if not good:
                raise ValueError(f"upload budget: {name} cannot be {getattr(self, name)!r}")


@dataclass(frozen=True)
class Allowance:
    """What the next frame may do.

    Attributes:
        delta: threshold in [0, 1].
        upload: whether it may be uploaded at all, as a hard frame or as an audit.
    """

    delta: float
    upload: bool = True


class UploadBudget:
    """The controller that keeps uploads within a share of the frames.

    Args:
        settings: see `UploadBudgetSettings`.
        delta: the manifest's threshold in [0, 1], used until enough trust is known.
    """

    def __init__(self, settings: UploadBudgetSettings, *, delta: float) -> None:
        self._settings = settings
        self._delta = delta
        self._recent = RecentTrust(settings.window)
        self._enough = settings.warm_up
        self._balance = 0.0

    def renew(
        self, ranking: Sequence[float], *, delta: float, before: Sequence[float] = ()
    ) -> None:
        """Continue with another h; keep the account.

        Args:
            ranking: known values of its trust (quantiles of its manifest); may be empty.
            delta: its threshold, used until enough trust is known.
            before: quantiles of the trust so far on the same frames: recent frames keep their ranks
                (see `RecentTrust.begin`); empty: they are forgotten.
        """
        self._delta = delta
        self._recent.begin(ranking, before=before)
        self._enough = 1 if ranking else self._settings.warm_up

    def looked(
        self, trust: float, *, uploaded: bool, audit_rate: float, cloud_is_there: bool
    ) -> Allowance:
        """Account for a frame.

        Args:
            trust: its trust in [0, 1].
            uploaded: whether it goes to the cloud, as a hard frame or as an audit.
            audit_rate: share in [0, 1] of the easy frames that are audited.
            cloud_is_there: False keeps the account, because nothing is uploaded.

        Returns:
            What the next frame may do.
        """
        share, savings = self._settings.share, self._settings.savings
        self._recent.add(trust)
        if cloud_is_there:
            self._balance = min(self._balance + share - uploaded, savings)
        # The next frame earns its share before it pays; the tolerance is for the sum's rounding.
        if self._balance + share < 1 - 1e-9:
            return Allowance(delta=0.0, upload=False)
        if len(self._recent) < self._enough:
            return Allowance(self._delta)
        hard = 0.0 if audit_rate >= 1 else max(0.0, (share - audit_rate) / (1 - audit_rate))
        aim = hard * float(np.interp(self._balance / savings, _FULLNESS, _AIMS))
        return Allowance(self._recent.delta_of(min(1.0, aim)))
