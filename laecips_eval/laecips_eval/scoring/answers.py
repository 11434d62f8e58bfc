"""How a frame was answered, in plain words: what the edge node says, without ROS types."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Final

SOURCES: Final = ("edge", "cloud", "edge_fallback")
"""Who answered, in the order of laecips_msgs/Segmentation's constants."""

REASONS: Final = ("none", "overload", "deadline", "offline")
"""Why a fallback, in the order of laecips_msgs/Segmentation's constants."""

FALLBACK_REASONS: Final = REASONS[1:]


@dataclass(frozen=True, kw_only=True)
class PublishedAnswer:
    """How one frame was answered: laecips_msgs/Segmentation.

    Attributes:
        stamp_ns: the image's stamp in nanoseconds.
        source: one of `SOURCES`.
        reason: one of `FALLBACK_REASONS` where source is edge_fallback, else none.
        trust: h in [0, 1].
        delta: what the trust was held against.
        hard: what h called the frame.
        audit: easy, and uploaded all the same.
        bytes_up: request payload in bytes, 0 where nothing was sent.
        bytes_down: response payload in bytes, 0 where nothing came back.
        version: of the pair (f, h) that looked at the frame.
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
        """Checks that source and reason are known and go together.

        Raises:
            ValueError: naming the values.
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
    """What the edge node has counted itself (laecips_msgs/EdgeStatus); every counter only rises."""

    superseded: int = 0
    wanted: int = 0
    sent: int = 0
    audit: int = 0
    bytes_up: int = 0
    bytes_down: int = 0

    def newest(self, other: EdgeCounters) -> EdgeCounters:
        """The larger of each counter: as they only rise, that is the newer one."""
        return EdgeCounters(
            **{f.name: max(getattr(self, f.name), getattr(other, f.name)) for f in fields(self)}
        )
