"""The trust of recent frames, and the threshold that calls a share of them hard.

Ranks do not depend on the scale of the trust, which drifts and differs from h to h.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence

import numpy as np


class RecentTrust:
    """A sliding window over the trust of frames.

    Args:
        window: number of frames.
    """

    def __init__(self, window: int) -> None:
        self._trusts: deque[float] = deque(maxlen=window)

    def __len__(self) -> int:
        """Return the number of known values."""
        return len(self._trusts)

    def add(self, trust: float) -> None:
        """Add the trust in [0, 1] of a frame."""
        self._trusts.append(trust)

    def begin(self, ranking: Sequence[float]) -> None:
        """Forget all frames, because another h judges; start from known values of its trust."""
        self._trusts.clear()
        self._trusts.extend(ranking)

    def delta_of(self, share: float) -> float:
        """Return the threshold that makes at most this share of the recent frames hard.

        Frames of equal trust are all hard or all easy, so the share may be smaller.

        Args:
            share: in [0, 1].

        Raises:
            IndexError: nothing is known yet.
        """
        ordered = np.sort(self._trusts)
        hard = round(share * len(ordered))
        if hard == len(ordered):
            return float(ordered[-1])
        below = ordered[ordered < ordered[hard]]
        return float(below[-1]) if below.size else float(max(0.0, np.nextafter(ordered[0], -1.0)))
