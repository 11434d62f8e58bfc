"""The weight of the cloud's scores against f's in a blend, fitted on labelled source frames."""

from __future__ import annotations

import numpy as np
from laecips_cloud.class_scorers.blend import blended
from laecips_cloud.class_scorers.scorer import Scores
from laecips_cloud.class_scorers.semantic_network import SemanticNetwork
from laecips_cloud.training.data.drifted_views import views
from laecips_cloud.training.data.labelled_frames import LabelledFrames
from laecips_edge.core.inference.segmenter import Segmenter
from numpy.typing import NDArray

_SURE = 1e-6  # bounds the loss of a pixel whose true class has score 0 in both
_STEP = 0.01


class BlendFit:
    """Collects the scores of the true class, by f and by the cloud's network, at random pixels.

    The blend is linear in its weight, so it needs two numbers per pixel: the score of the true
    class at weight 1 (cloud only) and at weight 0 (f only).

    Args:
        unknown: indices of the classes that the cloud's network does not know.
        pixels: number of random pixels per frame.
        seed: seed of the choice of pixels.

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
        """Add random pixels of one frame.

        Args:
            f: scores of f, float32 [M, H, W].
            g: scores of the cloud's network, float32 [M, H, W].
            truth: class indices, uint8 [H, W]; 255 without a class.
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
        """Return the weight in [0, 1] with the smallest cross-entropy over the drawn pixels.

        Raises:
            ValueError: no pixel was added.
        """
        if not self._edge:
            raise ValueError("no labelled pixel to fit the blend's weight on")
        edge, cloud = np.concatenate(self._edge), np.concatenate(self._cloud)
        weights = np.arange(0.0, 1.0 + _STEP / 2, _STEP)
        losses = [-np.log((1 - w) * edge + w * cloud + _SURE).mean() for w in weights]
        return round(float(weights[int(np.argmin(losses))]), 2)


def fit_cloud_weight(
    segmenter: Segmenter,
    network: SemanticNetwork,
    frames: LabelledFrames,
    *,
    variants: int = 2,
    seed: int = 0,
) -> float:
    """Fit the weight of a blend on labelled frames and on drifted variants of them.

    Args:
        segmenter: f.
        network: the cloud's network, with the same classes.
        frames: labelled source frames that neither was trained on; never a replayed stream.
        variants: number of drifted variants per frame, besides the frame itself.
        seed: seed of the variants.

    Returns:
        The weight of the cloud's scores, in [0, 1].
    """
    if list(frames.classes) != list(segmenter.manifest.classes):
        raise ValueError("the labelled frames have other classes than the bundle")
    fit = BlendFit(unknown=tuple(i for i, row in enumerate(network.table.rows) if not row))
    in_order = (frames[index] for index in range(len(frames)))
    for view in views(in_order, variants=variants, seed=seed):
        rgb = np.ascontiguousarray(view.image)
        fit.add(segmenter.scores(rgb), network.scores(rgb), view.label)
    return fit.cloud_weight()
