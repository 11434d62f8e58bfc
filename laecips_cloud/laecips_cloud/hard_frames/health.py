"""What the cloud's diagnostics say: one level and one line, from what is known of the node."""

from __future__ import annotations

from dataclasses import dataclass

from laecips_edge.core.frame.health import Level


@dataclass(frozen=True, kw_only=True)
class CloudHealth:
    """What is known of a cloud node at one moment.

    Attributes:
        state: label of the lifecycle state.
        failure: why the last transition failed; empty where it did not.
        trouble: why the last request could not be served although nothing was wrong with it;
            empty where it could.
        requests: that came since activation.
    """

    state: str
    failure: str = ""
    trouble: str = ""
    requests: int = 0


def assess(health: CloudHealth) -> tuple[Level, str]:
    """The most serious thing to say of a node: level and one line."""
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
