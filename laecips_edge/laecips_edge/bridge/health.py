"""Diagnostics of a bridge: level and message from its state."""

from __future__ import annotations

from dataclasses import dataclass

from laecips_edge.core.frame.health import Level, most_serious


@dataclass(frozen=True, kw_only=True)
class BridgeHealth:
    """State of a bridge at one moment.

    Attributes:
        state: label of the lifecycle state.
        failure: why the last transition failed; empty if it succeeded.
        trouble: why the gateway cannot be asked; empty if it can.
        certificate: problem of the robot's own certificate; empty if there is none.
        insecure: whether the bridge talks in plain text.
    """

    state: str
    failure: str = ""
    trouble: str = ""
    certificate: str = ""
    insecure: bool = False


def assess(health: BridgeHealth) -> tuple[Level, str]:
    """Return level and message of the most serious problem."""
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
    return most_serious(ranking, otherwise="the cloud is there")
