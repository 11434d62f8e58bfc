from typing import Any

import pytest
from laecips_edge.core.frame.health.health import EdgeHealth, Level, assess
from laecips_edge.core.frame.health.input_watch import InputState
from laecips_edge.core.frame.health.warn_settings import EdgeWarnSettings

ACTIVE: dict[str, Any] = {"state": "active", "image_topic": "/camera/image", "received": 7}
CHECK = (
    "check the name, image_transport and QoS (`ros2 topic info -v`), and that the camera's driver "
    "runs under the same user, in the same container or with its /dev/shm, or without shared memory"
)


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
            ACTIVE | {"cloud_present": False, "cloud_works": False},
            Level.WARN,
            "no cloud: the robot answers hard frames itself",
        ),
        (
            ACTIVE | {"cloud_works": False},
            Level.WARN,
            "the cloud fails: the robot answers hard frames itself",
        ),
        (
            ACTIVE | {"budget_reachable": False},
            Level.WARN,
            "latency_budget_s is less than the robot alone takes: nothing goes to the cloud",
        ),
        # Without a cloud a budget has nothing to say.
        (
            ACTIVE | {"cloud_works": False, "budget_reachable": False},
            Level.WARN,
            "the cloud fails: the robot answers hard frames itself",
        ),
        (
            ACTIVE | {"cloud_works": False, "cloud_trouble": "cloud: the disk is full"},
            Level.WARN,
            "the cloud fails: the robot answers hard frames itself (cloud: the disk is full)",
        ),
        # What is wrong with the images does not hide that the cloud is away.
        (
            ACTIVE | {"silent_s": 61.2, "cloud_present": False},
            Level.WARN,
            f"no image on /camera/image for 61 s: {CHECK}; no cloud: the robot answers hard frames "
            "itself",
        ),
        (
            ACTIVE | {"unreadable": "truncated", "cloud_works": False},
            Level.ERROR,
            "truncated; the cloud fails: the robot answers hard frames itself",
        ),
        (ACTIVE | {"images": InputState(lost_share=0.05)}, Level.OK, "segmenting"),
        (
            ACTIVE | {"images": InputState(lost_share=0.775, lost_on_the_way=True)},
            Level.WARN,
            "78% of the images of the last 10 s on /camera/image are lost on the way: give the "
            "camera's driver the profile config/fastdds.xml (FASTRTPS_DEFAULT_PROFILES_FILE) or "
            "let it publish reliably (docs/operations.md)",
        ),
        (
            ACTIVE | {"images": InputState(lost_share=0.5)},
            Level.WARN,
            "50% of the images of the last 10 s are missing between the stamps on /camera/image: "
            "the camera's driver leaves them out, or they are lost before it (docs/operations.md)",
        ),
        # Good and bad images in turn are one condition, whatever the last one was.
        *(
            (
                ACTIVE | {"rejected_share": 0.12, "rejection": "truncated", "unreadable": last},
                Level.ERROR,
                "12% of the images of the last minute could not be used, the last one for: "
                "truncated",
            )
            for last in ("", "image not used: truncated")
        ),
        (
            ACTIVE | {"rejected_share": 0.12, "rejection": "truncated", "cloud_present": False},
            Level.ERROR,
            "12% of the images of the last minute could not be used, the last one for: truncated; "
            "no cloud: the robot answers hard frames itself",
        ),
        # One of ten, the fewest that make a share, is no share yet.
        (ACTIVE | {"rejected_share": 0.1, "rejection": "truncated"}, Level.OK, "segmenting"),
        (ACTIVE | {"superseded_share": 0.3}, Level.OK, "segmenting"),
        (
            ACTIVE | {"superseded_share": 0.43},
            Level.WARN,
            "43% of the images of the last minute were superseded: f is slower than the camera; "
            "lower the camera's rate, or give f threads or an engine",
        ),
        (
            ACTIVE | {"superseded_share": 0.43, "warn": EdgeWarnSettings(superseded=0.5)},
            Level.OK,
            "segmenting",
        ),
        (
            ACTIVE | {"fallback_share": 1 / 3},
            Level.WARN,
            "the robot answered 33% of the hard frames of the last minute itself: see "
            "`fallback_*` in the status, and upload_budget",
        ),
        # Why is known where it is no budget: a picture that no cloud takes, a cloud too slow.
        (
            ACTIVE | {"fallback_share": 1.0, "cloud_trouble": "not sent: a picture of 3000 x 4000"},
            Level.WARN,
            "the robot answered 100% of the hard frames of the last minute itself: see "
            "`fallback_*` in the status, and upload_budget; the last trouble: not sent: a picture "
            "of 3000 x 4000",
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


@pytest.mark.parametrize(
    ("known", "of_camera", "of_robot"),
    [
        ({}, "segmenting", "segmenting"),
        ({"silent_s": 9.0}, "no image on", "segmenting"),
        ({"unreadable": "truncated"}, "truncated", "segmenting"),
        ({"images": InputState(lost_share=0.5)}, "50% of the images", "segmenting"),
        ({"superseded_share": 0.5}, "50% of the images", "segmenting"),
        ({"rejected_share": 0.5}, "50% of the images", "segmenting"),
        ({"cloud_present": False}, "segmenting", "no cloud"),
        ({"budget_reachable": False}, "segmenting", "latency_budget_s"),
        ({"fallback_share": 0.5}, "segmenting", "the robot answered 50%"),
        ({"failure": "no bundle"}, "segmenting", "no bundle"),
        ({"state": "inactive"}, "inactive: configure", "inactive: configure"),
    ],
)
def test_what_is_common_to_several_cameras_is_said_once(
    known: dict[str, Any], of_camera: str, of_robot: str
) -> None:
    health = EdgeHealth(**(ACTIVE | known))
    assert assess(health.of_camera)[1].startswith(of_camera)
    assert assess(health.of_robot)[1].startswith(of_robot)
