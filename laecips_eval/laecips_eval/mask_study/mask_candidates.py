"""The settings of the graph segmentation that were compared before one became the default."""

from __future__ import annotations

from collections.abc import Iterator

from laecips_cloud.mask_generators import MaskGenerator
from laecips_cloud.mask_generators.graph import GraphMaskGenerator

SETTINGS = (
    # sigma, scale, min_size
    (0.5, 50.0, 20),
    (0.5, 100.0, 20),
    (0.5, 200.0, 20),
    (0.8, 50.0, 20),
    (0.8, 100.0, 50),
    (0.8, 300.0, 100),
)


def candidates() -> Iterator[tuple[str, MaskGenerator]]:
    """Names and generators."""
    for sigma, scale, min_size in SETTINGS:
        yield (
            f"sigma {sigma}, scale {scale:g}, min_size {min_size}",
            GraphMaskGenerator(sigma=sigma, scale=scale, min_size=min_size),
        )
