"""Lines of every level from one place, with rclpy's own logger."""

import pytest
from laecips_edge.core.frame.health.health import Level
from laecips_edge.ros.level_log import log_at
from rclpy.logging import get_logger


def test_levels_may_change_from_line_to_line(capfd: pytest.CaptureFixture[str]) -> None:
    for level in (Level.WARN, Level.OK, Level.ERROR, Level.WARN):
        log_at(get_logger("level_log"), level, f"a line of {level.name}")
    said = capfd.readouterr()
    lines = (said.out + said.err).splitlines()
    assert [line.split()[0].strip("[]") for line in lines] == ["WARN", "INFO", "ERROR", "WARN"]
