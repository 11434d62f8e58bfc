"""The trainer's diagnosis: one level and one line, from the node's state."""

from __future__ import annotations

from dataclasses import dataclass, field

from laecips_edge.core.frame.health.health import Level, most_serious

from laecips_cloud.trainer.warn_settings import TrainerWarnSettings


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
        in_vain: number of the newest trainings, one after the other, of which robots keep nothing.
        refusal: why the last of them was refused or rolled back.
        free_bytes: free bytes on the library's disk; None if they are not known.
        warn: the bounds beyond which it warns.
    """

    state: str
    failure: str = ""
    trouble: str = ""
    activity: str = ""
    paused: bool = False
    pinned: int = 0
    in_vain: int = 0
    refusal: str = ""
    free_bytes: int | None = None
    warn: TrainerWarnSettings = field(default_factory=TrainerWarnSettings)


def assess(health: TrainerHealth) -> tuple[Level, str]:
    """Return the level and the line of the most serious condition that applies."""
    warn = health.warn
    little = health.free_bytes is not None and health.free_bytes < warn.free_bytes
    ranking = (
        (bool(health.failure), Level.ERROR, health.failure),
        (
            health.state != "active",
            Level.WARN,
            f"{health.state}: configure and activate the node to train",
        ),
        (bool(health.trouble), Level.ERROR, health.trouble),
        (
            little,
            Level.WARN,
            f"the library's disk has {(health.free_bytes or 0) / 1e6:.0f} MB left: make room or "
            "lower keep_versions",
        ),
        (
            0 < warn.in_vain <= health.in_vain,
            Level.WARN,
            f"robots kept nothing of the last {health.in_vain} trainings: {health.refusal}",
        ),
        (health.paused, Level.WARN, health.activity),
        (
            bool(health.pinned),
            Level.WARN,
            f"version {health.pinned} is pinned, robots get no other; {health.activity}",
        ),
    )
    return most_serious(ranking, otherwise=health.activity)
