"""Diagnostics of a bridge: level and message from its state."""

from __future__ import annotations

from dataclasses import dataclass

from laecips_edge.core.frame.health.health import Level, most_serious


@dataclass(frozen=True, kw_only=True)
class BridgeHealth:
    """State of a bridge at one moment.

    Attributes:
        state: label of the lifecycle state.
        failure: why the last transition failed; empty if it succeeded.
        trouble: what is wrong with all addresses; empty if one answered.
        spare: address of a spare gateway, if hard frames go to one; else empty.
        preferred: what is wrong with the preferred address; empty if nothing is.
        spool: why hard frames are not spooled; empty if they are, or shall not be.
        late: why spooled frames are not sent though a cloud is there; empty if they are.
        certificate: problem of the robot's own certificate; empty if there is none.
        insecure: whether the bridge talks in plain text.
    """

    state: str
    failure: str = ""
    trouble: str = ""
    spare: str = ""
    preferred: str = ""
    spool: str = ""
    late: str = ""
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
        (health.spool, Level.ERROR, f"hard frames are not spooled: {health.spool}"),
        (health.trouble, Level.WARN, f"no cloud: {health.trouble}"),
        (
            health.spare,
            Level.WARN,
            f"the spare {health.spare} answers: {health.preferred or 'the first is tried again'}",
        ),
        (health.late, Level.WARN, f"spooled frames wait: {health.late}"),
        (health.certificate, Level.WARN, health.certificate),
        (health.insecure, Level.WARN, "plain text, to this machine alone"),
    )
    return most_serious(ranking, otherwise="the cloud is there")
