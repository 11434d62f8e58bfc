"""The health of the edge node: a level and one line for the diagnostics."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from enum import IntEnum

from laecips_edge.core.frame.health.input_watch import WINDOW_S, InputState
from laecips_edge.core.frame.health.warn_settings import EdgeWarnSettings


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
        rejected_share: Share of the recent images that could not be used.
        rejection: What was wrong with the last one of these.
        cloud_wanted: Whether the policy uploads frames at all.
        cloud_present: Whether the cloud's service is discovered.
        cloud_works: Whether the circuit breaker is closed: the cloud did not fail last.
        cloud_trouble: What the cloud or the link to it did wrong last; empty if nothing.
        budget_reachable: Whether any threshold can meet the latency budget.
        images: Rate, gaps and losses of the images.
        superseded_share: Share of the recent images that newer ones superseded.
        fallback_share: Share of the recent hard frames that the robot answered itself.
        findings_trouble: Why findings are not kept on disk; empty if they are, or shall not be.
        warn: The bounds beyond which it warns.
    """

    state: str
    failure: str = ""
    image_topic: str = ""
    received: int = 0
    silent_s: float = 0.0
    unreadable: str = ""
    rejected_share: float = 0.0
    rejection: str = ""
    cloud_wanted: bool = True
    cloud_present: bool = True
    cloud_works: bool = True
    cloud_trouble: str = ""
    budget_reachable: bool = True
    images: InputState = field(default_factory=InputState)
    superseded_share: float = 0.0
    fallback_share: float = 0.0
    findings_trouble: str = ""
    warn: EdgeWarnSettings = field(default_factory=EdgeWarnSettings)

    @property
    def of_camera(self) -> EdgeHealth:
        """The health of one of several cameras, without what is common to all of them."""
        return replace(self, failure="", cloud_wanted=False, budget_reachable=True)

    @property
    def of_robot(self) -> EdgeHealth:
        """What is common to several cameras, each of which has a health of its own."""
        return replace(
            self,
            silent_s=0.0,
            unreadable="",
            rejected_share=0.0,
            images=InputState(),
            superseded_share=0.0,
            findings_trouble="",
        )


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
    warn = health.warn
    away = cloud_away(health)
    # Trouble with images is no trouble of the cloud, so it does not hide a cloud that is away.
    silent, unreadable, missing = (
        f"{line}; {away}" if line and away else line
        for line in (silence(health), not_used(health), images_missing(health))
    )
    ranking = (
        (bool(health.failure), Level.ERROR, health.failure),
        (
            health.state != "active",
            Level.WARN,
            f"{health.state}: configure and activate the node to segment images",
        ),
        (bool(silent), Level.WARN, silent),
        (bool(unreadable), Level.ERROR, unreadable),
        (bool(missing), Level.WARN, missing),
        (bool(away), Level.WARN, away),
        (
            not health.budget_reachable,
            Level.WARN,
            "latency_budget_s is less than the robot alone takes: nothing goes to the cloud",
        ),
        (
            health.cloud_wanted and health.fallback_share > warn.fallback,
            Level.WARN,
            f"the robot answered {health.fallback_share:.0%} of the hard frames of the last minute "
            "itself: see `fallback_*` in the status, and upload_budget"
            + (f"; the last trouble: {health.cloud_trouble}" if health.cloud_trouble else ""),
        ),
        (
            health.superseded_share > warn.superseded,
            Level.WARN,
            f"{health.superseded_share:.0%} of the images of the last minute were superseded: f "
            "is slower than the camera; lower the camera's rate, or give f threads or an engine",
        ),
        (
            bool(health.findings_trouble),
            Level.WARN,
            f"findings are not kept: {health.findings_trouble}",
        ),
        (not health.received, Level.OK, "waiting for the first image"),
    )
    return most_serious(ranking, otherwise="segmenting")


def silence(health: EdgeHealth) -> str:
    """Return one line if no images come; empty while they come."""
    if health.silent_s <= health.warn.silent_s:
        return ""
    since = f"for {health.silent_s:.0f} s" if health.received else "yet"
    return (
        f"no image on {health.image_topic} {since}: check the name, image_transport and QoS "
        "(`ros2 topic info -v`), and that the camera's driver runs under the same user, in the "
        "same container or with its /dev/shm, or without shared memory"
    )


def not_used(health: EdgeHealth) -> str:
    """Return one line on images that cannot be used; empty while the last ones can.

    It does not change with each image where good and bad ones come in turn.
    """
    if health.rejected_share <= health.warn.rejected:
        return health.unreadable
    return (
        f"{health.rejected_share:.0%} of the images of the last minute could not be used, the last "
        f"one for: {health.rejection}"
    )


def cloud_away(health: EdgeHealth) -> str:
    """Return one line if hard frames get no answer of the cloud; empty while they do."""
    if not health.cloud_wanted:
        return ""
    if not health.cloud_present:
        return "no cloud: the robot answers hard frames itself"
    if not health.cloud_works:
        why = f" ({health.cloud_trouble})" if health.cloud_trouble else ""
        return f"the cloud fails: the robot answers hard frames itself{why}"
    return ""


def images_missing(health: EdgeHealth) -> str:
    """Return one line on images that do not arrive, with the cure; empty while most arrive."""
    images = health.images
    if images.lost_share <= health.warn.lost:
        return ""
    share = f"{images.lost_share:.0%} of the images of the last {WINDOW_S:.0f} s"
    if images.lost_on_the_way:
        return (
            f"{share} on {health.image_topic} are lost on the way: give the camera's driver the "
            "profile config/fastdds.xml (FASTRTPS_DEFAULT_PROFILES_FILE) or let it publish "
            "reliably (docs/operations.md)"
        )
    return (
        f"{share} are missing between the stamps on {health.image_topic}: the camera's driver "
        "leaves them out, or they are lost before it (docs/operations.md)"
    )
