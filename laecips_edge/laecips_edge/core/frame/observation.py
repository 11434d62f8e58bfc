"""The observation of one frame: the figures that the watch over a swap compares."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, kw_only=True)
class Observation:
    """Figures of a pair's answer to one frame.

    Attributes:
        shares: float64 [M], share of the pixels with each class.
        trust: trust of the policy's miner, in [0, 1]; h's output for the policy `laecips`.
        hard: whether the frame was hard.
        inference_ms: milliseconds for f, h and the decision.
    """

    shares: NDArray[np.float64]
    trust: float
    hard: bool
    inference_ms: float

    @classmethod
    def of(
        cls,
        label_map: NDArray[np.uint8],
        *,
        classes: int,
        trust: float,
        hard: bool,
        inference_ms: float,
    ) -> Observation:
        """Return the observation of a frame.

        Args:
            label_map: uint8 [H,W]; every fourth row and column is counted.
            classes: number of classes M.
            trust: see `Observation`.
            hard: see `Observation`.
            inference_ms: see `Observation`.
        """
        counts = np.bincount(label_map[::4, ::4].ravel(), minlength=classes)[:classes]
        return cls(
            shares=counts / max(1, counts.sum()),
            trust=trust,
            hard=hard,
            inference_ms=inference_ms,
        )
