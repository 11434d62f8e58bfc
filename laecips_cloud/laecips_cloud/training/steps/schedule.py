"""How far a training has come, in steps or in minutes, and the learning rate that goes with it."""

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
    """A training of so many steps, cut short by the clock where a time limit is given.

    The learning rate follows the progress, not the step: a training that the clock cuts short has
    still come all the way down. Only a training without a time limit is reproducible.

    Attributes:
        steps: number of steps, at least 1.
        seconds: time limit; infinite where there is none.
        clock: monotonic clock in seconds.
    """

    steps: int
    seconds: float = math.inf
    clock: Callable[[], float] = field(default=time.monotonic, repr=False)

    def __iter__(self) -> Iterator[float]:
        """Yields the progress in [0, 1) at the start of each step; at least one step is taken."""
        start, step, progress = self.clock(), 0, 0.0
        while progress < 1.0:
            yield progress
            step += 1
            progress = max(step / self.steps, (self.clock() - start) / self.seconds)


def one_cycle(progress: float) -> float:
    """Share of the peak learning rate: a linear rise, then half a cosine down to 1 %.

    Args:
        progress: in [0, 1].

    Returns:
        A share in (0, 1].
    """
    if progress < WARM_UP:
        return 0.05 + 0.95 * progress / WARM_UP
    return 0.01 + 0.99 * 0.5 * (1.0 + math.cos(math.pi * (progress - WARM_UP) / (1.0 - WARM_UP)))


def set_learning_rate(optimiser: Optimizer, rate: float) -> None:
    """Sets the learning rate of every group of parameters."""
    for group in optimiser.param_groups:
        group["lr"] = rate
