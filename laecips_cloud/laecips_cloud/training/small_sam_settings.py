"""Settings of the training of a small SAM, and a line of what is known of how it goes."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from laecips_cloud.networks.small_sam import SmallSamSizes
from laecips_cloud.training.settings import as_json


@dataclass(frozen=True, kw_only=True)
class SmallSamTraining:
    """Settings of a training. Checked at construction.

    Attributes:
        sizes: of the network.
        steps: number of steps.
        minutes: time limit, what earlier runs of the same training took included; None has none
            and is reproducible.
        pictures: a step.
        prompts: on each of them.
        learning_rate: peak of the one-cycle schedule (AdamW).
        weight_decay: decoupled.
        exam_every: so many steps lie between two exams, each of which keeps the state.
        device: as torch names it; only a CPU is reproducible to the bit.
        workers: threads that draw prompts ahead of the network; 0: none.
        seed: of weights and prompts.

    Raises:
        ValueError: names the first setting that is out of range.
    """

    sizes: SmallSamSizes = field(default_factory=SmallSamSizes)
    steps: int = 20_000
    minutes: float | None = None
    pictures: int = 2
    prompts: int = 32
    learning_rate: float = 2e-3
    weight_decay: float = 0.05
    exam_every: int = 100
    device: str = "cpu"
    workers: int = 0
    seed: int = 0

    def __post_init__(self) -> None:
        for name, bad in [
            ("steps", self.steps < 1),
            ("minutes", self.minutes is not None and not self.minutes > 0),
            ("pictures", self.pictures < 1),
            ("prompts", self.prompts < 1),
            ("learning_rate", not self.learning_rate > 0),
            ("weight_decay", self.weight_decay < 0),
            ("exam_every", self.exam_every < 1),
            ("workers", self.workers < 0),
        ]:
            if bad:
                value = getattr(self, name)
                raise ValueError(f"training of a small SAM: {name} is {value}: out of range")

    @property
    def seconds(self) -> float:
        """Time limit."""
        return math.inf if self.minutes is None else self.minutes * 60.0

    def recipe(self) -> dict[str, Any]:
        """All that the weights depend on, but for time and place: what a resumed run must share."""
        elsewhere = {"minutes", "exam_every", "device", "workers"}
        return {name: value for name, value in as_json(self).items() if name not in elsewhere}


class CurvePoint(NamedTuple):
    """How a training stood at an exam.

    Attributes:
        step: how many were done.
        prompts: how many were learnt from.
        loss: mean since the last exam.
        best_iou: on held-out pictures, see `PointIou.best`.
        rated_iou: see `PointIou.rated`.
        seconds: of the clock, exams included.
        cpu_seconds: of the processor.
    """

    step: int
    prompts: int
    loss: float
    best_iou: float
    rated_iou: float
    seconds: float
    cpu_seconds: float
