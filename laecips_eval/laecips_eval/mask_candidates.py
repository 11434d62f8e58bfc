"""The graph segmentations that were compared before one became the default."""

from __future__ import annotations

import importlib
from collections.abc import Iterator

import numpy as np
from laecips_cloud.mask_generators import MaskGenerator
from laecips_cloud.mask_generators.graph import GraphMaskGenerator
from laecips_cloud.masks import Partition
from numpy.typing import NDArray

SETTINGS = (
    # sigma, scale, min_size
    (0.5, 50.0, 20),
    (0.5, 100.0, 20),
    (0.5, 200.0, 20),
    (0.8, 50.0, 20),
    (0.8, 100.0, 50),
    (0.8, 300.0, 100),
)


class ScikitImageGraph:
    """scikit-image's implementation of the same paper; it is not among the dependencies."""

    def __init__(self, *, sigma: float, scale: float, min_size: int) -> None:
        """As `GraphMaskGenerator`; ImportError where scikit-image is not installed."""
        self._felzenszwalb = importlib.import_module("skimage.segmentation").felzenszwalb
        self._options = {"sigma": sigma, "scale": scale, "min_size": min_size}

    def generate(self, rgb: NDArray[np.uint8]) -> Partition:
        """See `MaskGenerator.generate`."""
        return Partition(self._felzenszwalb(rgb, **self._options).astype(np.int32))


def candidates() -> Iterator[tuple[str, MaskGenerator | str]]:
    """Names and generators; instead of one that is not installed, why it is left out."""
    for name, kind in (("OpenCV", GraphMaskGenerator), ("scikit-image", ScikitImageGraph)):
        for sigma, scale, min_size in SETTINGS:
            title = f"{name}, sigma {sigma}, scale {scale:g}, min_size {min_size}"
            try:
                yield title, kind(sigma=sigma, scale=scale, min_size=min_size)
            except ImportError as error:
                yield name, f"left out: {error}"
                break
