"""What the cloud's diagnostics say."""

import pytest
from laecips_cloud.hard_frames.health import CloudHealth, assess
from laecips_edge.core.frame.health import Level


@pytest.mark.parametrize(
    ("health", "level", "line"),
    [
        (
            CloudHealth(state="unconfigured", failure="configure failed: no bundle"),
            Level.ERROR,
            "configure failed: no bundle",
        ),
        (
            CloudHealth(state="inactive", trouble="the disk is full"),
            Level.WARN,
            "inactive: configure and activate the node to answer hard frames",
        ),
        (CloudHealth(state="active", trouble="the disk is full"), Level.ERROR, "the disk is full"),
        (CloudHealth(state="active"), Level.OK, "waiting for the first hard frame"),
        (CloudHealth(state="active", requests=3), Level.OK, "answering hard frames"),
    ],
)
def test_the_most_serious_thing_is_said(health: CloudHealth, level: Level, line: str) -> None:
    assert assess(health) == (level, line)
