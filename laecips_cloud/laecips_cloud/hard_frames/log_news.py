"""What the cloud node's log tells once: that frames are no longer kept, and that they are again."""

from __future__ import annotations

import threading

from laecips_edge.core.frame.health.health import Level
from laecips_edge.core.link.hard_frame import AnswerStatus, HardFrameAnswer

from laecips_cloud.hard_frames.counters import UNKEPT


class KeepingWatch:
    """Tells each failure of the replay buffer once, and its end. Safe for several threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._unkept = 0

    def news(self, answer: HardFrameAnswer) -> tuple[Level, str] | None:
        """Return level and line for the log, if an answer is the first of its kind; else None."""
        if answer.status is not AnswerStatus.OK or answer.repeated:
            return None
        with self._lock:
            before = self._unkept
            self._unkept = before + 1 if answer.unkept else 0
        if answer.unkept:
            return None if before else (Level.ERROR, f"{answer.unkept}; {UNKEPT}")
        if before:
            return Level.OK, f"frames are kept again; {before} answered ones were not"
        return None
