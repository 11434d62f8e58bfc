"""When a training starts: many new frames, fewer after some time, or an operator's order.

In a calm scene, whose frames look like those that f has learnt from, it takes more of them.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

FEWEST_FRAMES: Final = 2
"""Fewest frames of any training: one to learn from, one to hold out."""

BUFFER: Final = "buffer"
INTERVAL: Final = "interval"
OPERATOR: Final = "operator"


@dataclass(frozen=True, kw_only=True)
class Triggers:
    """The conditions that start a training.

    Attributes:
        max_buffer: number of new frames that starts a training at any time.
        max_interval_s: seconds since the last training after which `min_frames` start the next.
        min_frames: see `max_interval_s`; 2 to `max_buffer`.
        calm_buffer: number of new frames that starts a training in a calm scene, at least
            `max_buffer`; 0: as in any other scene.
    """

    max_buffer: int
    max_interval_s: float
    min_frames: int
    calm_buffer: int = 0

    def __post_init__(self) -> None:
        """Raise ValueError if `min_frames` or `calm_buffer` is out of range."""
        if not FEWEST_FRAMES <= self.min_frames <= self.max_buffer:
            raise ValueError(
                f"min_frames is {self.min_frames}, must be {FEWEST_FRAMES} to max_buffer, which is "
                f"{self.max_buffer}"
            )
        if self.calm_buffer and self.calm_buffer < self.max_buffer:
            raise ValueError(
                f"calm_buffer is {self.calm_buffer}, must be 0 or at least max_buffer, which is "
                f"{self.max_buffer}"
            )

    def due(self, *, new: int, since_s: float, is_calm: Callable[[], bool] = lambda: False) -> str:
        """Return the trigger that applies now, or an empty string.

        Args:
            new: number of frames that reached the replay buffer since the last training.
            since_s: seconds since the last training.
            is_calm: tells whether the scene is calm; asked only where that decides.

        Returns:
            `BUFFER`, `INTERVAL` or "".
        """
        if new >= self.max_buffer:
            trigger = BUFFER
        elif new >= self.min_frames and since_s >= self.max_interval_s:
            trigger = INTERVAL
        else:
            return ""
        return "" if new < self.calm_buffer and is_calm() else trigger

    def waits_for(self, *, new: int, since_s: float, calm: bool = False) -> str:
        """Return one line for people: what the next training waits for.

        Args:
            new: as of `due`.
            since_s: as of `due`.
            calm: what `is_calm` has said.
        """
        if calm and self.due(new=new, since_s=since_s):
            return f"{new} of {self.calm_buffer} new frames: the scene is calm"
        if new >= self.min_frames:
            left = max(0.0, self.max_interval_s - since_s)
            return f"{new} of {self.max_buffer} new frames, or {left:.0f} s more"
        return f"{new} new frames, waiting for {self.min_frames}"
