"""What the cloud's diagnostics say."""

import pytest
from laecips_cloud.hard_frames.health import CloudHealth, assess
from laecips_cloud.hard_frames.warn_settings import CloudWarnSettings
from laecips_edge.core.frame.health.health import Level


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
        (
            CloudHealth(state="active", requests=9, refused_share=1.0, refusal="classes_hash: x"),
            Level.ERROR,
            "all requests are refused, the last one for: classes_hash: x",
        ),
        (
            CloudHealth(state="active", requests=9, refused_share=0.5, refusal="image: truncated"),
            Level.WARN,
            "50% of the requests of the last minute were refused, the last one for: "
            "image: truncated",
        ),
        (
            CloudHealth(state="active", requests=9, refused_share=0.3, refusal="image: truncated"),
            Level.OK,
            "answering hard frames",
        ),
        (
            CloudHealth(state="active", requests=9, free_bytes=312_000_000),
            Level.WARN,
            "the replay buffer's disk has 312 MB left: make room on it, or lower max_bytes",
        ),
        (
            CloudHealth(
                state="active",
                requests=9,
                free_bytes=0,
                refused_share=1.0,
                warn=CloudWarnSettings(refused=1.0, free_bytes=0),
            ),
            Level.OK,
            "answering hard frames",
        ),
        (CloudHealth(state="active"), Level.OK, "waiting for the first hard frame"),
        (CloudHealth(state="active", requests=3), Level.OK, "answering hard frames"),
    ],
)
def test_the_most_serious_thing_is_said(health: CloudHealth, level: Level, line: str) -> None:
    assert assess(health) == (level, line)
