"""When the edge node's diagnostics warn; docs/operations.md says what to do then."""

from __future__ import annotations

from dataclasses import dataclass

from laecips_edge.core.settings import Settings, setting


@dataclass(frozen=True, kw_only=True)
class EdgeWarnSettings(Settings):
    """Bounds beyond which the edge node warns in `/diagnostics`; a share of 1 never warns."""

    silent_s: float = setting(
        5.0, "Seconds without an image after which the node warns.", minimum=0.1, maximum=86400.0
    )
    lost: float = setting(
        0.05,
        "Share of the camera's images of the last 10 s that may be missing.",
        minimum=0.0,
        maximum=1.0,
    )
    rejected: float = setting(
        0.1,
        "Share of the images of the last minute that may be unreadable.",
        minimum=0.0,
        maximum=1.0,
    )
    superseded: float = setting(
        0.3,
        "Share of the images of the last minute that newer ones may supersede.",
        minimum=0.0,
        maximum=1.0,
    )
    fallback: float = setting(
        0.3,
        "Share of the hard frames of the last minute that the robot may answer itself.",
        minimum=0.0,
        maximum=1.0,
    )
