from typing import Any

import pytest
from laecips_edge.core.frame.health import EdgeHealth, Level, SilenceWatch, assess

ACTIVE: dict[str, Any] = {"state": "active", "image_topic": "/camera/image", "received": 7}
CHECK = "check the name, image_transport and QoS (`ros2 topic list`)"


@pytest.mark.parametrize(
    ("known", "level", "line"),
    [
        (ACTIVE, Level.OK, "segmenting"),
        (ACTIVE | {"received": 0}, Level.OK, "waiting for the first image"),
        (ACTIVE | {"silent_s": 5.0}, Level.OK, "segmenting"),
        (
            ACTIVE | {"received": 0, "silent_s": 5.1},
            Level.WARN,
            f"no image on /camera/image yet: {CHECK}",
        ),
        (ACTIVE | {"silent_s": 61.2}, Level.WARN, f"no image on /camera/image for 61 s: {CHECK}"),
        (ACTIVE | {"unreadable": "truncated"}, Level.ERROR, "truncated"),
        (
            ACTIVE | {"cloud_present": False, "cloud_reachable": False},
            Level.WARN,
            "no cloud: the robot answers hard frames itself",
        ),
        (
            ACTIVE | {"cloud_reachable": False},
            Level.WARN,
            "the cloud fails: the robot answers hard frames itself for a while",
        ),
        (
            ACTIVE | {"budget_reachable": False},
            Level.WARN,
            "latency_budget_s is less than the robot alone takes: nothing goes to the cloud",
        ),
        # Without a cloud a budget has nothing to say.
        (
            ACTIVE | {"cloud_reachable": False, "budget_reachable": False},
            Level.WARN,
            "the cloud fails: the robot answers hard frames itself for a while",
        ),
        (ACTIVE | {"cloud_wanted": False, "cloud_present": False}, Level.OK, "segmenting"),
        (
            {"state": "unconfigured"},
            Level.WARN,
            "unconfigured: configure and activate the node to segment images",
        ),
        ({"state": "unconfigured", "failure": "no bundle"}, Level.ERROR, "no bundle"),
    ],
)
def test_the_most_serious_thing_is_said(known: dict[str, Any], level: Level, line: str) -> None:
    assert assess(EdgeHealth(**known)) == (level, line)


def test_each_silence_is_news_once() -> None:
    watch = SilenceWatch()

    def news(received: int, silent_s: float, state: str = "active") -> str:
        known = ACTIVE | {"state": state, "received": received, "silent_s": silent_s}
        return watch.news(EdgeHealth(**known))

    assert news(0, 4.9) == ""
    assert news(0, 5.1) == f"no image on /camera/image yet: {CHECK}"
    assert news(0, 6.1) == ""
    assert news(3, 0.1) == ""
    assert news(3, 5.9) == f"no image on /camera/image for 6 s: {CHECK}"
    assert news(3, 6.9) == ""
    assert news(3, 7.9, "inactive") == ""
    assert news(0, 5.5) == f"no image on /camera/image yet: {CHECK}"
