"""Distances between two distributions: Kolmogorov-Smirnov and the population stability index."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike

_RARE = 1e-4  # a share below it counts as this one, or one pixel of a new class would be everything


def ks_distance(values: Sequence[float], reference: Sequence[float]) -> float:
    """Return the two-sample Kolmogorov-Smirnov statistic: the largest gap of the two CDFs.

    Args:
        values: a sample, not empty.
        reference: another one, not empty.

    Returns:
        A number in [0, 1]; 0 for equal samples, 1 for samples that do not overlap.

    Example:
        >>> ks_distance([1, 2, 3], [1, 2, 3])
        0.0
    """
    ours, theirs = np.sort(values), np.sort(reference)
    places = np.concatenate([ours, theirs])
    below = [np.searchsorted(it, places, side="right") / len(it) for it in (ours, theirs)]
    return float(np.abs(below[0] - below[1]).max())


def ks_by_chance(count: int, reference: int, *, share: float = 0.001) -> float:
    """Return the distance that independent equal samples exceed in a share of all cases.

    Args:
        count: size of a sample, at least 1.
        reference: size of the other one, at least 1.
        share: in (0, 1), by the limit of the Kolmogorov distribution.
    """
    critical = math.sqrt(-math.log(share / 2) / 2)
    return critical * math.sqrt((count + reference) / (count * reference))


def psi_terms(shares: ArrayLike, reference: ArrayLike) -> np.ndarray:
    """Return what each class adds to the population stability index; the index is their sum.

    By convention an index below 0.1 is no change, and above 0.25 a large one.

    Args:
        shares: [M], of sum 1.
        reference: [M], of sum 1.

    Returns:
        float64 [M], none below 0.
    """
    now = np.maximum(np.asarray(shares, np.float64), _RARE)
    before = np.maximum(np.asarray(reference, np.float64), _RARE)
    return (now - before) * np.log(now / before)
