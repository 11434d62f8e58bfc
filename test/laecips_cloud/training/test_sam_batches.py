"""Batches depend on the seed and the step alone."""

from collections.abc import Sequence
from dataclasses import replace
from itertools import islice

import numpy as np
import pytest
import torch
from laecips_cloud.networks.small_sam import SmallSamSizes
from laecips_cloud.training.region_prompts import RegionPicture
from laecips_cloud.training.sam_batches import Batch, batches_from
from laecips_cloud.training.small_sam_settings import SmallSamTraining

SIZES = SmallSamSizes(grid=8, patch=4, width=16, depth=2, heads=2, window=4, channels=16)
SETTINGS = SmallSamTraining(sizes=SIZES, steps=20, pictures=2, prompts=3)
PICTURES = [
    RegionPicture(np.full((24, 32, 3), 40 * i, np.uint8), np.ones((48, 64), np.uint8), 1)
    for i in range(4)
]


def take(count: int, settings: SmallSamTraining = SETTINGS, first: int = 0) -> list[Batch]:
    batches = batches_from(PICTURES, settings, first)
    taken = list(islice(batches, count))
    batches.close()
    return taken


def same(one: Sequence[Batch], other: Sequence[Batch]) -> bool:
    return all(
        torch.equal(a, b)
        for mine, theirs in zip(one, other, strict=True)
        for a, b in zip(mine, theirs, strict=True)
    )


def test_shapes() -> None:
    (batch,) = take(1)
    assert batch.pictures.shape == (2, 3, 24, 32)
    assert batch.points.shape == (2, 3, 2)
    assert batch.targets.shape == (2, 3, 24, 32)


@pytest.mark.parametrize("workers", [0, 1, 3])
def test_where_one_begins_and_who_draws_does_not_matter(workers: int) -> None:
    settings = replace(SETTINGS, workers=workers)
    assert same(take(6)[2:], take(4, settings, first=2))
    assert not same(take(4), take(4, replace(settings, seed=1)))
