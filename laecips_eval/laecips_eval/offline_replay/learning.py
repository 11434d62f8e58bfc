"""Settings of the training in a replay without ROS. This module does not import torch."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from laecips_cloud.trainer.job_template import JobTemplate
from laecips_cloud.trainer.triggers import Triggers

from laecips_eval.thin_link.conditions import LinkConditions


@dataclass(frozen=True, kw_only=True)
class OfflineLearning:
    """Settings of the trainer, and the assumed duration of a training.

    Attributes:
        library: folder of the model library; a new one, or an existing one to continue.
        recipe: how to train, and from which replay buffer.
        triggers: when to train.
        takes_s: seconds of bag time from a trigger to the offer of the new pair (training and
            gate). Only one training runs at a time.
        link: what the pair comes over to the robot; None: it is there when it is offered.
    """

    library: Path
    recipe: JobTemplate
    triggers: Triggers
    takes_s: float
    link: LinkConditions | None = None

    def __post_init__(self) -> None:
        """Raise ValueError if `takes_s` is negative."""
        if self.takes_s < 0:
            raise ValueError(f"a training of {self.takes_s} s cannot be: give 0 or more")
