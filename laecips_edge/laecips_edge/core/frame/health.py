"""What the robot's diagnostics say: one level and one line, from what is known of the node."""

from dataclasses import dataclass
from enum import IntEnum

PATIENCE_S = 5.0
"""Seconds without an image after which that is worth a word."""


class Level(IntEnum):
    """Levels of diagnostic_msgs/DiagnosticStatus."""

    OK = 0
    WARN = 1
    ERROR = 2


@dataclass(frozen=True, kw_only=True)
class EdgeHealth:
    """What is known of an edge node at one moment.

    Attributes:
        state: Label of the lifecycle state.
        failure: Why the last transition failed; empty where it did not.
        image_topic: Resolved name of the topic that images come from.
        received: Images since activation.
        silent_s: Seconds since the last image, or since activation where none came.
        unreadable: What was wrong with the last image; empty where it could be used.
        cloud_wanted: Whether hard frames go to a cloud at all.
        cloud_present: Whether the cloud's service is there.
        cloud_reachable: Whether the circuit breaker would let a frame go.
        budget_reachable: Whether any threshold could hold the latency budget.
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


def assess(health: EdgeHealth) -> tuple[Level, str]:
    """The most serious thing to say of a node.

    Returns:
        Level and one line.
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
    for applies, level, line in ranking:
        if applies:
            return level, line
    return Level.OK, "segmenting"


class SilenceWatch:
    """For the log: tells each silence of the camera once, however often it is asked."""

    def __init__(self) -> None:
        self._told = False

    def news(self, health: EdgeHealth) -> str:
        """One line when an active node has just been found without images; else empty."""
        silence = _silence(health) if health.state == "active" else ""
        news = "" if self._told else silence
        self._told = bool(silence)
        return news


def _silence(health: EdgeHealth) -> str:
    """What there is to say of images that do not come; empty while they do."""
    if health.silent_s <= PATIENCE_S:
        return ""
    since = f"for {health.silent_s:.0f} s" if health.received else "yet"
    return (
        f"no image on {health.image_topic} {since}: check the name, image_transport and QoS "
        "(`ros2 topic list`)"
    )
