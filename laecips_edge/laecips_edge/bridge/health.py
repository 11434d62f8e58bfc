"""What the diagnostics of a bridge say, from what is known of it."""

from __future__ import annotations

from dataclasses import dataclass

from laecips_edge.core.frame.health import Level


@dataclass(frozen=True, kw_only=True)
class BridgeHealth:
    """What is known of a bridge at one moment.

    Attributes:
        state: label of the lifecycle state.
        failure: why the last transition failed; empty where it did not.
        trouble: why the gateway cannot be asked; empty where it can.
        certificate: what is wrong with the robot's own; empty where nothing is.
        insecure: whether it talks in plain text.
    """

    state: str
    failure: str = ""
    trouble: str = ""
    certificate: str = ""
    insecure: bool = False


def assess(health: BridgeHealth) -> tuple[Level, str]:
    """Return level and line of the most serious thing to say."""
    ranking = (
        (health.failure, Level.ERROR, health.failure),
        (
            health.state != "active",
            Level.WARN,
            f"{health.state}: configure and activate the node to reach the cloud",
        ),
        (health.trouble, Level.WARN, f"no cloud: {health.trouble}"),
        (health.certificate, Level.WARN, health.certificate),
        (health.insecure, Level.WARN, "plain text, to this machine alone"),
    )
    for applies, level, line in ranking:
        if applies:
            return level, line
    return Level.OK, "the cloud is there"
