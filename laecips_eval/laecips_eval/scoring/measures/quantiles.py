"""Latency quantiles and shares of a report."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from laecips_eval.scoring.run_figures import LatencyQuantiles


def share(part: int, whole: int) -> float:
    """Return `part / whole`; 0 where `whole` is 0."""
    return part / whole if whole else 0.0


def typical_and_slow(latencies: Sequence[float]) -> tuple[float, float] | None:
    """Return p50 and p95; None without latencies."""
    if not latencies:
        return None
    p50, p95 = np.percentile(latencies, (50, 95))
    return float(p50), float(p95)


def quantiles(latencies: Sequence[float]) -> LatencyQuantiles:
    """Return p50, p95 and p99; each is None without latencies."""
    if not latencies:
        return LatencyQuantiles(p50=None, p95=None, p99=None)
    p50, p95, p99 = np.percentile(latencies, (50, 95, 99)).tolist()
    return LatencyQuantiles(p50=p50, p95=p95, p99=p99)
