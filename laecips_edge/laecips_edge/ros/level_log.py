"""Log a line at the level of a diagnosis."""

from __future__ import annotations

from typing import Any

from laecips_edge.core.frame.health.health import Level


def log_at(logger: Any, level: Level, line: str) -> None:
    """Log a line; OK is an information.

    rclpy refuses another severity at a place of the source that has logged before, so each level
    has a place of its own.

    Args:
        logger: logger of a node.
        level: level of the line.
        line: the line.
    """
    if level is Level.OK:
        logger.info(line)
    elif level is Level.WARN:
        logger.warning(line)
    else:
        logger.error(line)
