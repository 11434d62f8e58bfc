"""The trainer's diagnosis: one level and one line, from the node's state."""

from __future__ import annotations

from dataclasses import dataclass

from laecips_edge.core.frame.health import Level, most_serious


@dataclass(frozen=True, kw_only=True)
class TrainerHealth:
    """The state of a trainer at one moment, as far as its diagnosis needs it.

    Attributes:
        state: label of the lifecycle state.
        failure: why the last transition failed; empty if it succeeded.
        trouble: why training makes no progress; empty if it does.
        activity: what the trainer does or waits for.
        paused: whether an operator paused training.
        pinned: version that an operator pinned; 0: none.
    """

    state: str
    failure: str = ""
    trouble: str = ""
    activity: str = ""
    paused: bool = False
    pinned: int = 0


def assess(health: TrainerHealth) -> tuple[Level, str]:
    """Return the level and the line of the most serious condition that applies."""
    ranking = (
        (bool(health.failure), Level.ERROR, health.failure),
        (
            health.state != "active",
            Level.WARN,
            f"{health.state}: configure and activate the node to train",
        ),
        (bool(health.trouble), Level.ERROR, health.trouble),
        (health.paused, Level.WARN, health.activity),
        (
            bool(health.pinned),
            Level.WARN,
            f"version {health.pinned} is pinned, robots get no other; {health.activity}",
        ),
    )
    return most_serious(ranking, otherwise=health.activity)
