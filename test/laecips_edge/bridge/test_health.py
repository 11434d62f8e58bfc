"""The most serious thing is said first."""

import pytest
from laecips_edge.bridge.health import BridgeHealth, assess
from laecips_edge.core.frame.health.health import Level


@pytest.mark.parametrize(
    ("fields", "level", "line"),
    [
        ({}, Level.OK, "the cloud is there"),
        ({"insecure": True}, Level.WARN, "plain text, to this machine alone"),
        ({"insecure": True, "certificate": "expires"}, Level.WARN, "expires"),
        ({"certificate": "expires", "trouble": "gone"}, Level.WARN, "no cloud: gone"),
        ({"certificate": "expires", "late": "disk full"}, Level.WARN, "spooled frames wait: disk"),
        (
            {"late": "disk full", "spare": "b:1", "preferred": "gone"},
            Level.WARN,
            "the spare b:1 answers: gone",
        ),
        ({"spool": "full", "trouble": "gone"}, Level.ERROR, "hard frames are not spooled: full"),
        ({"trouble": "gone", "state": "inactive"}, Level.WARN, "inactive: configure and activate"),
        ({"state": "unconfigured", "failure": "no file"}, Level.ERROR, "no file"),
    ],
)
def test_assess(fields: dict[str, str], level: Level, line: str) -> None:
    found = assess(BridgeHealth(**({"state": "active"} | fields)))
    assert found[0] is level
    assert found[1].startswith(line)
