"""Whether and how a replay without ROS trains. Free of torch, unlike what does it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from laecips_cloud.trainer.job_template import JobTemplate
from laecips_cloud.trainer.triggers import Triggers


@dataclass(frozen=True, kw_only=True)
class OfflineLearning:
    """What the trainer would be told, and how long it would take.

    Attributes:
        library: folder of the versions; a new one, or one that is gone on with.
        recipe: how it trains, and from which replay buffer.
        triggers: when.
        takes_s: seconds of the bag from a trigger to the robot's first frame on the new pair:
            training, transfer and swap. While one training runs no other begins.
    """

    library: Path
    recipe: JobTemplate
    triggers: Triggers
    takes_s: float

    def __post_init__(self) -> None:
        """Raises ValueError where a training would take less than no time."""
        if self.takes_s < 0:
            raise ValueError(f"a training of {self.takes_s} s cannot be: give 0 or more")
