"""How far a network overrates rare classes: fitted on labelled source frames.

A loss that weighs class c by w_c teaches scores in proportion to w_c times what is there (logit
adjustment, Menon et al. 2021): rare classes are found, and named where they are not. Dividing by
w_c takes all of it back; how much of it serves best, the frames say.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from laecips_edge.core.metrics import ConfusionMatrix
from numpy.typing import NDArray

from laecips_cloud.class_scorers.scorer import Scores

POWERS: Final = tuple(round(0.1 * step, 1) for step in range(11))
"""Of the weights; 0 leaves the scores as they are, 1 takes back all that they did."""


class PriorFit:
    """Tries each power on labelled frames.

    Args:
        weights: float [M], the classes' weights in the network's training, above 0.

    Example:
        fit = PriorFit(class_weights(pixels))
        for scores, truth in source_frames:
            fit.add(scores, truth)
        table = replace(table, logit_adjustment=fit.logit_adjustment())
    """

    def __init__(self, weights: NDArray[np.floating]) -> None:
        logs = np.log(np.asarray(weights, np.float64))
        self._logs = logs - logs.mean()  # the same for all changes nothing
        self._matrices = {power: ConfusionMatrix(len(logs)) for power in POWERS}

    def add(self, scores: Scores, truth: NDArray[np.uint8]) -> None:
        """Takes in one frame.

        Args:
            scores: the network's without any adjustment, float32 [M, H, W].
            truth: uint8 [H, W]; 255 without a class.
        """
        for power, matrix in self._matrices.items():
            factors = np.exp(-power * self._logs).astype(np.float32)
            matrix.add((scores * factors[:, None, None]).argmax(axis=0).astype(np.uint8), truth)

    def miou(self) -> dict[float, float]:
        """Data-set mIoU by power."""
        return {power: matrix.miou() for power, matrix in self._matrices.items()}

    def power(self) -> float:
        """The power with the best mIoU, the smallest of equals.

        Raises:
            ValueError: no labelled pixel was added.
        """
        by_power = self.miou()
        if not np.isfinite(by_power[0.0]):
            raise ValueError("no labelled pixel to fit the logit adjustment on")
        return max(by_power, key=lambda power: by_power[power])

    def logit_adjustment(self) -> tuple[float, ...]:
        """As a class table takes it, for each class; empty where nothing is best."""
        power = self.power()
        return tuple(round(float(-power * log), 4) for log in self._logs) if power else ()
