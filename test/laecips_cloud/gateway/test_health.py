"""The most serious thing is said first."""

from typing import Any

import pytest
from laecips_cloud.gateway.health import GatewayHealth, assess
from laecips_edge.core.frame.health.health import Level


@pytest.mark.parametrize(
    ("fields", "level", "line"),
    [
        ({}, Level.OK, "listening"),
        ({"insecure": True}, Level.WARN, "plain text, on this machine alone"),
        ({"unannounced": "no zeroconf"}, Level.WARN, "not announced, robots need its address: no"),
        ({"insecure": True, "certificate": "expires"}, Level.WARN, "expires"),
        ({"certificate": "expires", "cloud_present": False}, Level.WARN, "no cloud_node"),
        ({"cloud_present": False, "revoked": "junk"}, Level.ERROR, "the revocations known before"),
        ({"revoked": "junk", "state": "inactive"}, Level.WARN, "inactive: configure and activate"),
        ({"state": "unconfigured", "failure": "no file"}, Level.ERROR, "no file"),
    ],
)
def test_assess(fields: dict[str, Any], level: Level, line: str) -> None:
    found = assess(GatewayHealth(**({"state": "active"} | fields)))
    assert found[0] is level
    assert found[1].startswith(line)
