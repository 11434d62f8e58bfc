"""Frames drawn again in blocks: how often each frame counts, in each of many resamples.

Neighbouring frames show much the same, so that blocks of them are drawn, not single frames. All
measures are taken on the same resamples, so that their differences are paired.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Resamples:
    """B resamples of N frames that lie in K blocks.

    Attributes:
        block: number of the block that each frame lies in, int64 [N].
        times: how often each block was drawn, float64 [B, K].
    """

    block: NDArray[np.int64]
    times: Floats

    @staticmethod
    def once(frames: int) -> Resamples:
        """Return a single resample in which each frame counts once."""
        return Resamples(np.zeros(frames, np.int64), np.ones((1, 1)))

    @staticmethod
    def in_blocks(lengths: Sequence[int], *, block: int, draws: int, seed: int = 0) -> Resamples:
        """Draw as many blocks as there are, with replacement.

        Args:
            lengths: number of frames of each bag, in order; no block reaches into the next bag.
            block: frames of a block, at least 1; the last one of a bag may be shorter.
            draws: number of resamples.
            seed: seed of the draws.
        """
        blocks, before = [], 0
        for length in lengths:
            blocks.append(before + np.arange(length) // block)
            before += -(-length // block)
        drawn = np.random.default_rng(seed).multinomial(before, np.full(before, 1 / before), draws)
        return Resamples(np.concatenate(blocks), drawn.astype(np.float64))

    @cached_property
    def weights(self) -> Floats:
        """How often each frame counts, float64 [B, N]."""
        return self.times[:, self.block]

    def sums(self, values: NDArray[np.int64], bins: NDArray[np.int64], count: int) -> Floats:
        """Return sums over the frames of each bin.

        Args:
            values: int64 [N, C].
            bins: bin of each frame, int64 [N], in [0, count).
            count: number of bins Q.

        Returns:
            float64 [B, Q, C].
        """
        blocks = self.times.shape[1]
        place = self.block * count + bins
        of_block = np.stack(
            [np.bincount(place, column, minlength=blocks * count) for column in values.T], axis=-1
        )
        summed = self.times @ of_block.reshape(blocks, -1)
        return np.asarray(summed.reshape(len(self.times), count, -1))
