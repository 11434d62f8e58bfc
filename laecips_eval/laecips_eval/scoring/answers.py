"""Answers and counters of the edge node as plain data, without ROS types."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Final

SOURCES: Final = ("edge", "cloud", "edge_fallback")
"""Sources of an answer, in the order of laecips_msgs/Segmentation's constants."""

REASONS: Final = ("none", "overload", "deadline", "offline")
"""Reasons of a fallback, in the order of laecips_msgs/Segmentation's constants."""

FALLBACK_REASONS: Final = REASONS[1:]


@dataclass(frozen=True, kw_only=True)
class PublishedAnswer:
    """How one frame was answered: laecips_msgs/Segmentation.

    Attributes:
        stamp_ns: the image's stamp in nanoseconds.
        source: one of `SOURCES`.
        reason: one of `FALLBACK_REASONS` where source is edge_fallback, else none.
        trust: h in [0, 1].
        delta: threshold of h, in [0, 1].
        hard: whether the frame is hard, that is, h does not exceed delta.
        audit: whether the frame is easy but is uploaded as an audit.
        bytes_up: request payload in bytes, 0 without a request.
        bytes_down: response payload in bytes, 0 without a response.
        version: version of the pair (f, h) that processed the frame.
    """

    stamp_ns: int
    source: str
    reason: str = "none"
    trust: float
    delta: float
    hard: bool
    audit: bool
    bytes_up: int = 0
    bytes_down: int = 0
    version: int = 0

    def __post_init__(self) -> None:
        """Check that source and reason are known and belong together.

        Raises:
            ValueError: they do not; the message names the allowed values.
        """
        if self.source not in SOURCES:
            raise ValueError(f"source {self.source!r} is unknown: use one of {', '.join(SOURCES)}")
        allowed = FALLBACK_REASONS if self.source == "edge_fallback" else REASONS[:1]
        if self.reason not in allowed:
            raise ValueError(
                f"reason {self.reason!r} does not go with source {self.source!r}: "
                f"use one of {', '.join(allowed)}"
            )


@dataclass(frozen=True, kw_only=True)
class EdgeCounters:
    """The edge node's own counters (laecips_msgs/EdgeStatus); a counter never falls."""

    superseded: int = 0
    rejected: int = 0
    wanted: int = 0
    sent: int = 0
    audit: int = 0
    bytes_up: int = 0
    bytes_down: int = 0

    def newest(self, other: EdgeCounters) -> EdgeCounters:
        """Return the larger value of each counter, which is the newer one: counters never fall."""
        return EdgeCounters(
            **{f.name: max(getattr(self, f.name), getattr(other, f.name)) for f in fields(self)}
        )
