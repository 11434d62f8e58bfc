"""Frames drawn again in blocks."""

from __future__ import annotations

import numpy as np
from laecips_eval.experiments.miners.resamples import Resamples


def test_blocks_stay_within_their_bags() -> None:
    found = Resamples.in_blocks([5, 3], block=2, draws=4)
    assert list(found.block) == [0, 0, 1, 1, 2, 3, 3, 4]
    assert found.times.shape == (4, 5)


def test_as_many_blocks_are_drawn_as_there_are_and_frames_of_one_block_go_together() -> None:
    found = Resamples.in_blocks([60, 31], block=30, draws=200)
    assert (found.times.sum(axis=1) == 4).all()
    for block in range(4):
        own = found.weights[:, found.block == block]
        assert (own == own[:, :1]).all()
    assert len(np.unique(found.times, axis=0)) > 20
    np.testing.assert_allclose(found.times.mean(axis=0), 1, atol=0.2)


def test_draws_depend_on_the_seed_alone() -> None:
    def drawn(seed: int) -> list[list[float]]:
        return Resamples.in_blocks([90], block=30, draws=9, seed=seed).times.tolist()

    assert drawn(1) == drawn(1)
    assert drawn(1) != drawn(2)


def test_sums_are_those_of_the_frames_one_by_one() -> None:
    random = np.random.default_rng(0)
    resamples = Resamples.in_blocks([7, 4], block=3, draws=5)
    values = random.integers(0, 9, (11, 2))
    bins = random.integers(0, 4, 11)
    expected = np.zeros((5, 4, 2))
    for draw in range(5):
        for frame in range(11):
            expected[draw, bins[frame]] += resamples.weights[draw, frame] * values[frame]
    np.testing.assert_allclose(resamples.sums(values, bins, 4), expected)
