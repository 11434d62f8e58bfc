"""A finding as it is reported: what, where, how large, since when, and how far to trust it."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from laecips_edge.core.findings.finding_tracker import FindingState
from laecips_edge.core.findings.label_regions import Box
from laecips_edge.core.findings.pinhole import UNKNOWN_SIZE, MetricSize

SOURCES: Final = ("edge", "cloud", "edge_fallback")
"""Who answered a frame, in the order of laecips_msgs/Segmentation's constants."""


@dataclass(frozen=True, kw_only=True)
class Finding:
    """A finding in one frame; of a closed one, in the last frame that showed it.

    Attributes:
        id: number of the finding; none is given twice.
        state: opened or seen by this frame, or closed by it.
        class_name: name of its class.
        label: index of its class.
        area: number of its pixels.
        share: its share of the picture, in [0, 1].
        box: left, top, width and height, in pixels.
        contour: its outline, corners (x, y) in pixels.
        confidence: mean confidence of its pixels, in [0, 1]; NaN where unknown.
        size: its size in millimetres; NaN where unknown.
        trust: how far the frame's answer by f is trusted, in [0, 1].
        source: one of `SOURCES`: who answered the frame.
        version: version of the pair (f, h) that labelled the frame.
        stamp_ns: stamp of the frame, in nanoseconds.
        first_seen_ns: stamp of the first frame that showed it.
        last_seen_ns: stamp of the last one.
        sightings: number of frames that have shown it.
    """

    id: int
    state: FindingState
    class_name: str
    label: int
    area: int
    share: float
    box: Box
    contour: tuple[tuple[int, int], ...]
    confidence: float
    size: MetricSize = UNKNOWN_SIZE
    trust: float
    source: str
    version: int
    stamp_ns: int
    first_seen_ns: int
    last_seen_ns: int
    sightings: int


@dataclass(frozen=True, kw_only=True)
class FrameFindings:
    """The findings of one frame.

    Attributes:
        stamp_ns: its stamp in nanoseconds.
        frame_id: frame of its camera.
        picture: its height and width, in pixels.
        findings: those that it shows, then those that it closes.
        left_out: regions beyond the largest ones, which are only counted.
    """

    stamp_ns: int
    frame_id: str
    picture: tuple[int, int]
    findings: Sequence[Finding]
    left_out: int = 0


def to_record(finding: Finding) -> dict[str, Any]:
    """Return a finding as plain JSON values; NaN becomes null."""
    size = finding.size
    return {
        "id": finding.id,
        "class": finding.class_name,
        "label": finding.label,
        "area_px": finding.area,
        "share": round(finding.share, 7),
        "box": list(finding.box),
        "contour": [list(corner) for corner in finding.contour],
        "confidence": _or_null(finding.confidence, 4),
        "width_mm": _or_null(size.width_mm, 3),
        "height_mm": _or_null(size.height_mm, 3),
        "area_mm2": _or_null(size.area_mm2, 3),
        "distance_mm": _or_null(size.distance_mm, 1),
        "trust": _or_null(finding.trust, 4),
        "source": finding.source,
        "version": finding.version,
        "stamp_ns": finding.stamp_ns,
        "first_seen_ns": finding.first_seen_ns,
        "last_seen_ns": finding.last_seen_ns,
        "sightings": finding.sightings,
    }


def from_record(record: Mapping[str, Any], state: FindingState) -> Finding:
    """Return the finding of a record of `to_record`; null becomes NaN.

    Raises:
        KeyError: a value is missing.
        TypeError: a value is of another kind.
        ValueError: likewise.
    """
    left, top, width, height = (int(value) for value in record["box"])
    return Finding(
        id=int(record["id"]),
        state=state,
        class_name=str(record["class"]),
        label=int(record["label"]),
        area=int(record["area_px"]),
        share=float(record["share"]),
        box=(left, top, width, height),
        contour=tuple((int(x), int(y)) for x, y in record["contour"]),
        confidence=_or_nan(record["confidence"]),
        size=MetricSize(
            width_mm=_or_nan(record["width_mm"]),
            height_mm=_or_nan(record["height_mm"]),
            area_mm2=_or_nan(record["area_mm2"]),
            distance_mm=_or_nan(record["distance_mm"]),
        ),
        trust=_or_nan(record["trust"]),
        source=str(record["source"]),
        version=int(record["version"]),
        stamp_ns=int(record["stamp_ns"]),
        first_seen_ns=int(record["first_seen_ns"]),
        last_seen_ns=int(record["last_seen_ns"]),
        sightings=int(record["sightings"]),
    )


def _or_null(value: float, digits: int) -> float | None:
    return round(value, digits) if math.isfinite(value) else None


def _or_nan(value: Any) -> float:
    return math.nan if value is None else float(value)
