"""The progress of a training, in steps or in time, and the learning rate that follows it."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from torch.optim import Optimizer

WARM_UP = 0.06
"""Share of the training in which the learning rate rises to its peak."""


@dataclass(frozen=True, kw_only=True)
class Schedule:
    """A number of steps, and a time limit that may end the training earlier.

    The learning rate follows the progress, not the step, so that it reaches its end also in a
    training that the time limit ends. Only a training without a time limit is reproducible.

    Attributes:
        steps: number of steps, at least 1.
        seconds: time limit; infinity: none.
        clock: monotonic clock in seconds.
    """

    steps: int
    seconds: float = math.inf
    clock: Callable[[], float] = field(default=time.monotonic, repr=False)

    def __iter__(self) -> Iterator[float]:
        """Yield the progress in [0, 1) at the start of each step; at least one step is taken."""
        start, step, progress = self.clock(), 0, 0.0
        while progress < 1.0:
            yield progress
            step += 1
            progress = max(step / self.steps, (self.clock() - start) / self.seconds)


def one_cycle(progress: float) -> float:
    """Return the share of the peak learning rate: a linear rise, then half a cosine down to 1 %.

    Args:
        progress: in [0, 1].

    Returns:
        A share in (0, 1].
    """
    if progress < WARM_UP:
        return 0.05 + 0.95 * progress / WARM_UP
    return 0.01 + 0.99 * 0.5 * (1.0 + math.cos(math.pi * (progress - WARM_UP) / (1.0 - WARM_UP)))


def set_learning_rate(optimiser: Optimizer, rate: float) -> None:
    """Set the learning rate of every group of parameters."""
    for group in optimiser.param_groups:
        group["lr"] = rate
