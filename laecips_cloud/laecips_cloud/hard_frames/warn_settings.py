"""When the cloud node's diagnostics warn; docs/operations.md says what to do then."""

from __future__ import annotations

from dataclasses import dataclass

from laecips_edge.core.settings import Settings, setting


@dataclass(frozen=True, kw_only=True)
class CloudWarnSettings(Settings):
    """Bounds beyond which the cloud node warns in `/diagnostics`."""

    refused: float = setting(
        0.3,
        "Share of the requests of the last minute that may be refused; 1 never warns.",
        minimum=0.0,
        maximum=1.0,
    )
    free_bytes: int = setting(
        500_000_000,
        "Free bytes on the replay buffer's disk below which the node warns; 0: never.",
        minimum=0,
        maximum=1 << 50,
    )
