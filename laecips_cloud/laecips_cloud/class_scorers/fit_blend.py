"""How much the cloud's word should count beside f's: fitted on labelled source frames."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from laecips_cloud.class_scorers.blend import blended
from laecips_cloud.class_scorers.scorer import Scores

_SURE = 1e-6  # a pixel that neither gave its class at all costs no more than this is worth
_STEP = 0.01


class BlendFit:
    """Collects what f and the cloud's network gave to the true class of drawn pixels.

    The blend is linear in its weight, so two numbers a pixel are all that is needed: what the true
    class gets with the cloud's word alone, and what with f's.

    Args:
        unknown: the classes that the cloud's network does not know.
        pixels: how many are drawn of a frame.
        seed: seed of the draw.

    Example:
        fit = BlendFit()
        for f, g, truth in source_frames:
            fit.add(f, g, truth)
        weight = fit.cloud_weight()
    """

    def __init__(self, *, unknown: tuple[int, ...] = (), pixels: int = 2000, seed: int = 0) -> None:
        self._unknown, self._pixels = unknown, pixels
        self._random = np.random.default_rng(seed)
        self._edge: list[NDArray[np.float32]] = []
        self._cloud: list[NDArray[np.float32]] = []

    def add(self, f: Scores, g: Scores, truth: NDArray[np.uint8]) -> None:
        """Draws pixels of one frame.

        Args:
            f: the edge's scores, float32 [M, H, W].
            g: the network's, float32 [M, H, W].
            truth: uint8 [H, W]; 255 without a class.
        """
        known = np.flatnonzero(truth.reshape(-1) < len(f))
        if not known.size:
            return
        drawn = self._random.choice(known, min(self._pixels, known.size), replace=False)
        edge, cloud = (s.reshape(len(s), 1, -1)[:, :, drawn] for s in (f, g))
        right = truth.reshape(-1)[drawn]
        at = np.arange(drawn.size)
        alone = blended(edge, cloud, cloud_weight=1.0, unknown=self._unknown)
        self._edge.append(edge[right, 0, at])
        self._cloud.append(alone[right, 0, at])

    def cloud_weight(self) -> float:
        """The weight in [0, 1] with the smallest cross-entropy over the drawn pixels.

        Raises:
            ValueError: none was drawn.
        """
        if not self._edge:
            raise ValueError("no labelled pixel to fit the blend's weight on")
        edge, cloud = np.concatenate(self._edge), np.concatenate(self._cloud)
        weights = np.arange(0.0, 1.0 + _STEP / 2, _STEP)
        losses = [-np.log((1 - w) * edge + w * cloud + _SURE).mean() for w in weights]
        return round(float(weights[int(np.argmin(losses))]), 2)
