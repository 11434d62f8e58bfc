from typing import Any

import pytest
from laecips_edge.core.health import Health, Level, assess

ACTIVE: dict[str, Any] = {"state": "active", "image_topic": "/camera/image", "received": 7}


@pytest.mark.parametrize(
    ("known", "level", "line"),
    [
        (ACTIVE, Level.OK, "segmenting"),
        (ACTIVE | {"received": 0}, Level.OK, "waiting for the first image"),
        (ACTIVE | {"silent_s": 5.0}, Level.OK, "segmenting"),
        (
            ACTIVE | {"received": 0, "silent_s": 5.1},
            Level.WARN,
            "no image on /camera/image yet: check the topic and QoS",
        ),
        (ACTIVE | {"silent_s": 61.2}, Level.WARN, "no image on /camera/image for 61 s"),
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
    assert assess(Health(**known)) == (level, line)
