"""The cloud node's diagnosis: one level and one line, from the node's state."""

from __future__ import annotations

from dataclasses import dataclass

from laecips_edge.core.frame.health import Level


@dataclass(frozen=True, kw_only=True)
class CloudHealth:
    """The state of a cloud node at one moment, as far as its diagnosis needs it.

    Attributes:
        state: label of the lifecycle state.
        failure: why the last transition failed; empty if it succeeded.
        trouble: why the last valid request could not be answered; empty if it was answered.
        requests: number of requests since activation.
    """

    state: str
    failure: str = ""
    trouble: str = ""
    requests: int = 0


def assess(health: CloudHealth) -> tuple[Level, str]:
    """Return the level and the line of the most serious condition that applies."""
    if health.failure:
        return Level.ERROR, health.failure
    if health.state != "active":
        return (
            Level.WARN,
            f"{health.state}: configure and activate the node to answer hard frames",
        )
    if health.trouble:
        return Level.ERROR, health.trouble
    if not health.requests:
        return Level.OK, "waiting for the first hard frame"
    return Level.OK, "answering hard frames"
