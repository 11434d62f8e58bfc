"""What the running pair did with a frame, as far as the watch over a new pair reads it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, kw_only=True)
class Observation:
    """What a pair did with one frame.

    Attributes:
        shares: float64 [M], share of the pixels of each class.
        trust: of the policy, h's for the policy `laecips`.
        hard: what became of it.
        inference_ms: f, h and decision.
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
        """Observe a label map, uint8 [H,W]; every fourth row and column is enough of it."""
        counts = np.bincount(label_map[::4, ::4].ravel(), minlength=classes)[:classes]
        return cls(
            shares=counts / max(1, counts.sum()),
            trust=trust,
            hard=hard,
            inference_ms=inference_ms,
        )
