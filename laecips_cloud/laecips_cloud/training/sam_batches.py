"""What a small SAM learns from in each step."""

from __future__ import annotations

import itertools
from collections import deque
from collections.abc import Generator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor

from laecips_cloud.training.region_prompts import Prompts, RegionPicture, draw
from laecips_cloud.training.small_sam_settings import SmallSamTraining


class Batch(NamedTuple):
    """The prompts of a step.

    Attributes:
        pictures: uint8 [P, 3, h, w].
        points: float32 [P, N, 2], see `Prompts`.
        targets: float32 [P, N, m, n], see `Prompts`.
    """

    pictures: Tensor
    points: Tensor
    targets: Tensor


def batches_from(
    pictures: Sequence[RegionPicture], settings: SmallSamTraining, first: int
) -> Generator[Batch, None, None]:
    """The batches of the steps from `first` on, without end.

    Each step has a source of chance of its own: where one begins does not matter, nor who draws.

    Args:
        pictures: at least one.
        settings: of the training; with workers some batches are drawn ahead.
        first: number of a step, from 0.
    """

    def of(step: int) -> Batch:
        random = np.random.default_rng((settings.seed, step))
        side = settings.sizes.mask
        chosen = random.integers(len(pictures), size=settings.pictures)
        return _stack([draw(pictures[i], settings.prompts, random, side=side) for i in chosen])

    if not settings.workers:
        for step in itertools.count(first):
            yield of(step)
    with ThreadPoolExecutor(settings.workers) as pool:
        ahead: deque[Future[Batch]] = deque()
        for step in itertools.count(first):
            ahead.append(pool.submit(of, step))
            if len(ahead) > 2 * settings.workers:
                yield ahead.popleft().result()


def _stack(drawn: Sequence[Prompts]) -> Batch:
    return Batch(
        torch.from_numpy(np.stack([prompts.picture for prompts in drawn])).permute(0, 3, 1, 2),
        torch.from_numpy(np.stack([prompts.points for prompts in drawn])),
        torch.from_numpy(np.stack([prompts.targets for prompts in drawn])),
    )
