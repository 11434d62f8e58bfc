"""What the trainer's diagnostics say: one level and one line, from what is known of the node."""

from __future__ import annotations

from dataclasses import dataclass

from laecips_edge.core.frame.health import Level


@dataclass(frozen=True, kw_only=True)
class TrainerHealth:
    """What is known of a trainer at one moment.

    Attributes:
        state: label of the lifecycle state.
        failure: why the last transition failed; empty where it did not.
        trouble: why it does not get on; empty where it does.
        activity: what it does, or waits for.
        paused: by an operator.
        pinned: version that an operator pinned; 0: none.
    """

    state: str
    failure: str = ""
    trouble: str = ""
    activity: str = ""
    paused: bool = False
    pinned: int = 0


def assess(health: TrainerHealth) -> tuple[Level, str]:
    """The most serious thing to say of a trainer: level and one line."""
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
    for applies, level, line in ranking:
        if applies:
            return level, line
    return Level.OK, health.activity
