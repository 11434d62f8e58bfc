"""Diagnostics of a gateway: level and message from its state."""

from __future__ import annotations

from dataclasses import dataclass

from laecips_edge.core.frame.health.health import Level, most_serious


@dataclass(frozen=True, kw_only=True)
class GatewayHealth:
    """State of a gateway at one moment.

    Attributes:
        state: label of the lifecycle state.
        failure: why the last transition failed; empty if it succeeded.
        cloud_present: whether the cloud's service exists.
        revoked: why the list of revoked certificates cannot be read; empty if it can.
        certificate: problem of the gateway's own certificate; empty if there is none.
        insecure: whether the gateway listens in plain text.
        unannounced: why it is not announced although it shall be; empty if it is.
    """

    state: str
    failure: str = ""
    cloud_present: bool = True
    revoked: str = ""
    certificate: str = ""
    insecure: bool = False
    unannounced: str = ""


def assess(health: GatewayHealth) -> tuple[Level, str]:
    """Return level and message of the most serious problem."""
    ranking = (
        (health.failure, Level.ERROR, health.failure),
        (
            health.state != "active",
            Level.WARN,
            f"{health.state}: configure and activate the node to let robots in",
        ),
        (health.revoked, Level.ERROR, f"the revocations known before stand: {health.revoked}"),
        (not health.cloud_present, Level.WARN, "no cloud_node: robots are answered UNAVAILABLE"),
        (health.certificate, Level.WARN, health.certificate),
        (
            health.unannounced,
            Level.WARN,
            f"not announced, robots need its address: {health.unannounced}",
        ),
        (health.insecure, Level.WARN, "plain text, on this machine alone"),
    )
    return most_serious(ranking, otherwise="listening")
