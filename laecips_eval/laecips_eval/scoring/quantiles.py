"""Latencies and shares as a report has them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np

QUANTILES: Final = (50, 95, 99)


def share(part: int, whole: int) -> float:
    """`part / whole`, 0 of nothing."""
    return part / whole if whole else 0.0


def typical_and_slow(latencies: Sequence[float]) -> tuple[float, float] | None:
    """p50 and p95, None of nothing."""
    if not latencies:
        return None
    p50, p95 = np.percentile(latencies, (50, 95))
    return float(p50), float(p95)


def quantiles(latencies: Sequence[float]) -> dict[str, float | None]:
    """`QUANTILES` by name, `p50` and so on; None of nothing."""
    values = np.percentile(latencies, QUANTILES).tolist() if latencies else [None] * len(QUANTILES)
    return {f"p{q}": value for q, value in zip(QUANTILES, values, strict=True)}
