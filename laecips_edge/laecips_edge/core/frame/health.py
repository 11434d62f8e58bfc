"""The health of the edge node: a level and one line for the diagnostics."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import IntEnum

PATIENCE_S = 5.0
"""Seconds without an image after which the node warns."""


class Level(IntEnum):
    """Levels of diagnostic_msgs/DiagnosticStatus."""

    OK = 0
    WARN = 1
    ERROR = 2


@dataclass(frozen=True, kw_only=True)
class EdgeHealth:
    """The inputs of the assessment: the edge node's condition at one moment.

    Attributes:
        state: Label of the lifecycle state.
        failure: Why the last transition failed; empty if it succeeded.
        image_topic: Resolved name of the image topic.
        received: Number of images since activation.
        silent_s: Seconds since the last image, or since activation if none came.
        unreadable: What was wrong with the last image; empty if it could be used.
        cloud_wanted: Whether the policy uploads frames at all.
        cloud_present: Whether the cloud's service is discovered.
        cloud_reachable: Whether the circuit breaker lets a frame go.
        budget_reachable: Whether any threshold can meet the latency budget.
    """

    state: str
    failure: str = ""
    image_topic: str = ""
    received: int = 0
    silent_s: float = 0.0
    unreadable: str = ""
    cloud_wanted: bool = True
    cloud_present: bool = True
    cloud_reachable: bool = True
    budget_reachable: bool = True


def most_serious(
    ranking: Iterable[tuple[object, Level, str]], *, otherwise: str
) -> tuple[Level, str]:
    """Return level and message of the first problem that applies.

    Args:
        ranking: whether a problem applies, its level and its message, most serious first.
        otherwise: message of level OK, if none applies.
    """
    for applies, level, line in ranking:
        if applies:
            return level, line
    return Level.OK, otherwise


def assess(health: EdgeHealth) -> tuple[Level, str]:
    """Return the most serious problem of a node.

    Returns:
        Level and one line; OK and "segmenting" if there is no problem.
    """
    silence = _silence(health)
    ranking = (
        (bool(health.failure), Level.ERROR, health.failure),
        (
            health.state != "active",
            Level.WARN,
            f"{health.state}: configure and activate the node to segment images",
        ),
        (bool(silence), Level.WARN, silence),
        (bool(health.unreadable), Level.ERROR, health.unreadable),
        (
            health.cloud_wanted and not health.cloud_present,
            Level.WARN,
            "no cloud: the robot answers hard frames itself",
        ),
        (
            health.cloud_wanted and not health.cloud_reachable,
            Level.WARN,
            "the cloud fails: the robot answers hard frames itself for a while",
        ),
        (
            not health.budget_reachable,
            Level.WARN,
            "latency_budget_s is less than the robot alone takes: nothing goes to the cloud",
        ),
        (not health.received, Level.OK, "waiting for the first image"),
    )
    return most_serious(ranking, otherwise="segmenting")


class SilenceWatch:
    """Reports each silence of the camera once, for the log."""

    def __init__(self) -> None:
        self._told = False

    def news(self, health: EdgeHealth) -> str:
        """Return one line if an active node has newly been without images; else empty."""
        silence = _silence(health) if health.state == "active" else ""
        news = "" if self._told else silence
        self._told = bool(silence)
        return news


def _silence(health: EdgeHealth) -> str:
    """Return one line if no images come; empty while they come."""
    if health.silent_s <= PATIENCE_S:
        return ""
    since = f"for {health.silent_s:.0f} s" if health.received else "yet"
    return (
        f"no image on {health.image_topic} {since}: check the name, image_transport and QoS "
        "(`ros2 topic list`)"
    )
