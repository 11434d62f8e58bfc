"""When the trainer trains: enough new frames, enough time with some of them, or an operator."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

FEWEST_FRAMES: Final = 2
"""To train on at all: one is held out."""

BUFFER: Final = "buffer"
INTERVAL: Final = "interval"
OPERATOR: Final = "operator"


@dataclass(frozen=True, kw_only=True)
class Triggers:
    """See the module.

    Attributes:
        max_buffer: so many new frames are enough, whatever the time.
        max_interval_s: seconds since the last training after which `min_frames` are enough.
        min_frames: see `max_interval_s`.
    """

    max_buffer: int
    max_interval_s: float
    min_frames: int

    def __post_init__(self) -> None:
        """Names what is out of range."""
        if not FEWEST_FRAMES <= self.min_frames <= self.max_buffer:
            raise ValueError(
                f"min_frames is {self.min_frames}, must be {FEWEST_FRAMES} to max_buffer, which is "
                f"{self.max_buffer}"
            )

    def due(self, *, new: int, since_s: float) -> str:
        """What asks for a training now; empty where nothing does.

        Args:
            new: frames in the replay buffer that came since the last training.
            since_s: seconds since then.
        """
        if new >= self.max_buffer:
            return BUFFER
        if new >= self.min_frames and since_s >= self.max_interval_s:
            return INTERVAL
        return ""

    def waits_for(self, *, new: int, since_s: float) -> str:
        """For people: what is missing until the next training."""
        if new >= self.min_frames:
            left = max(0.0, self.max_interval_s - since_s)
            return f"{new} of {self.max_buffer} new frames, or {left:.0f} s more"
        return f"{new} new frames, waiting for {self.min_frames}"
