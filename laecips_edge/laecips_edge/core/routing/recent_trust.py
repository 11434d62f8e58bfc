"""The trust of recent frames, and the threshold that calls a share of them hard.

Ranks do not depend on the scale of the trust, which drifts and differs from h to h.
"""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Iterable, Sequence

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
        """Add the trust in [0, 1] of a frame; NaN counts as 0."""
        self._trusts.append(0.0 if math.isnan(trust) else trust)

    def begin(self, ranking: Sequence[float], *, before: Sequence[float] = ()) -> None:
        """Continue with another h.

        Args:
            ranking: known values of its trust, rising; may be empty.
            before: quantiles of the trust so far, of the same frames and as many as `ranking`: the
                frames seen so far keep their ranks, at the trust that the new h gives to such a
                rank. Empty: they are forgotten, and `ranking` stands in their place.
        """
        kept = translated(self._trusts, before=before, after=ranking) if before else []
        self._trusts.clear()
        self._trusts.extend(kept or ranking)

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


def translated(
    trusts: Iterable[float], *, before: Sequence[float], after: Sequence[float]
) -> list[float]:
    """Turn trust of one h into that of another, by the quantiles of both on the same frames.

    Between two quantiles the line between them holds; beyond the outermost, their distance.

    Args:
        trusts: trust in [0, 1] under the h of `before`.
        before: quantiles of its trust, rising, at least one.
        after: as many quantiles of the other h's trust, rising.

    Returns:
        The trust in [0, 1] of frames of the same ranks under the other h.
    """
    values, known = np.fromiter(trusts, np.float64), np.asarray(before, np.float64)
    inside = np.clip(values, known[0], known[-1])
    moved = np.interp(inside, known, after) + (values - inside)
    return [float(value) for value in np.clip(moved, 0.0, 1.0)]
