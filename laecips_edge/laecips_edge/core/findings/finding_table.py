"""Findings as a text table for people."""

from __future__ import annotations

import math
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Final

from laecips_edge.core.findings.finding_archive import KeptFinding
from laecips_edge.core.text_table import text_table

HEADINGS: Final = (
    "id", "class", "state", "first seen (UTC)", "for s", "frames", "area px", "share", "mm x mm",
    "where", "confidence", "trust", "source", "version",
)  # fmt: skip


def findings_table(findings: Iterable[KeptFinding]) -> str:
    """Return a text table with a line for each finding."""
    return text_table([HEADINGS, *map(_row, findings)])


def utc(stamp_ns: int) -> str:
    """Return a stamp in nanoseconds as date and time, without the zone, to the second."""
    return datetime.fromtimestamp(stamp_ns // 10**9, UTC).strftime("%Y-%m-%dT%H:%M:%S")


def _row(one: KeptFinding) -> tuple[str, ...]:
    it = one.finding
    left, top, width, height = it.box
    mm = f"{it.size.width_mm:.0f} x {it.size.height_mm:.0f}"
    return (
        str(it.id),
        it.class_name,
        "closed" if one.closed else "open",
        utc(it.first_seen_ns),
        f"{(it.last_seen_ns - it.first_seen_ns) / 1e9:.1f}",
        str(it.sightings),
        str(it.area),
        f"{it.share:.2%}",
        mm if math.isfinite(it.size.width_mm) else "-",
        f"{width}x{height}+{left}+{top}",
        "-" if math.isnan(it.confidence) else f"{it.confidence:.2f}",
        "-" if math.isnan(it.trust) else f"{it.trust:.2f}",
        it.source,
        str(it.version),
    )
