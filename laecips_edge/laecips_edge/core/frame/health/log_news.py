"""What the edge node's log tells once: images or the cloud are gone, or they are back."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Final

from laecips_edge.core.frame.health.health import (
    EdgeHealth,
    Level,
    cloud_away,
    images_missing,
    silence,
)

AWAY_S: Final = 2.0
"""Seconds that the cloud must be away before the log says so: at a start it is not yet found."""

News = tuple[Level, str]
"""Level and line for the log."""


class SilenceWatch:
    """Tells each silence of the camera once, and its end."""

    def __init__(self) -> None:
        self._told = False

    def news(self, health: EdgeHealth) -> News | None:
        """Return what is new since the last call; None if nothing is."""
        silent = silence(health) if health.state == "active" else ""
        told, self._told = self._told, bool(silent)
        if silent:
            return None if told else (Level.WARN, silent)
        if told and health.state == "active":
            return Level.OK, f"images are back on {health.image_topic}"
        return None


class LossWatch:
    """Tells once that images are missing, and once that they all arrive again."""

    def __init__(self) -> None:
        self._told = False

    def news(self, health: EdgeHealth) -> News | None:
        """Return what is new since the last call; None if nothing is."""
        active = health.state == "active"
        missing = images_missing(health) if active else ""
        told, self._told = self._told, bool(missing) or (self._told and active)
        if missing:
            return None if told else (Level.WARN, missing)
        if told and active and not silence(health):
            self._told = False
            return Level.OK, f"no image of {health.image_topic} is missing any more"
        return None


class CloudWatch:
    """Tells each absence of the cloud once, and its end with the number of fallbacks.

    Args:
        clock: Monotonic seconds.
    """

    def __init__(self, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._since_s: float | None = None
        self._fallbacks = 0
        self._told = False

    def news(self, health: EdgeHealth, *, fallbacks: int) -> News | None:
        """Return what is new since the last call; None if nothing is.

        Args:
            health: The node's state.
            fallbacks: Hard frames that the robot has answered itself since its activation.
        """
        now_s = self._clock()
        if health.state != "active":
            self._since_s, self._told = None, False
            return None
        if away := cloud_away(health):
            if self._since_s is None:
                self._since_s, self._fallbacks = now_s, fallbacks
            if self._told or now_s - self._since_s < AWAY_S:
                return None
            self._told = True
            return Level.WARN, away
        told, since_s = self._told, self._since_s
        self._since_s, self._told = None, False
        if not told or since_s is None:
            return None
        return Level.OK, (
            f"the cloud is back after {now_s - since_s:.0f} s: the robot answered "
            f"{fallbacks - self._fallbacks} hard frames itself meanwhile"
        )
