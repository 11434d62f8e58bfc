"""The cloud node's diagnosis: one level and one line, from the node's state."""

from __future__ import annotations

from dataclasses import dataclass, field

from laecips_edge.core.frame.health.health import Level, most_serious

from laecips_cloud.hard_frames.warn_settings import CloudWarnSettings


@dataclass(frozen=True, kw_only=True)
class CloudHealth:
    """The state of a cloud node at one moment, as far as its diagnosis needs it.

    Attributes:
        state: label of the lifecycle state.
        failure: why the last transition failed; empty if it succeeded.
        trouble: why the last valid request could not be answered or kept; empty if it was.
        requests: number of requests since activation.
        refused_share: share of the recent requests that were refused.
        refusal: why the last of them was.
        free_bytes: free bytes on the replay buffer's disk; None if they are not known.
        warn: the bounds beyond which it warns.
    """

    state: str
    failure: str = ""
    trouble: str = ""
    requests: int = 0
    refused_share: float = 0.0
    refusal: str = ""
    free_bytes: int | None = None
    warn: CloudWarnSettings = field(default_factory=CloudWarnSettings)


def assess(health: CloudHealth) -> tuple[Level, str]:
    """Return the level and the line of the most serious condition that applies."""
    refused, warn = health.refused_share, health.warn
    little = health.free_bytes is not None and health.free_bytes < warn.free_bytes
    ranking = (
        (bool(health.failure), Level.ERROR, health.failure),
        (
            health.state != "active",
            Level.WARN,
            f"{health.state}: configure and activate the node to answer hard frames",
        ),
        (bool(health.trouble), Level.ERROR, health.trouble),
        (
            refused > warn.refused,
            Level.ERROR if refused == 1 else Level.WARN,
            (
                "all requests are refused"
                if refused == 1
                else f"{refused:.0%} of the requests of the last minute were refused"
            )
            + f", the last one for: {health.refusal}",
        ),
        (
            little,
            Level.WARN,
            f"the replay buffer's disk has {(health.free_bytes or 0) / 1e6:.0f} MB left: make room "
            "on it, or lower max_bytes",
        ),
        (not health.requests, Level.OK, "waiting for the first hard frame"),
    )
    return most_serious(ranking, otherwise="answering hard frames")
