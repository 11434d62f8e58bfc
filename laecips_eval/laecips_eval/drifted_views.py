"""Labelled frames as they are, and in other light from a moved camera, for what is fitted."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from laecips_cloud.training.labelled_frames import LabelledFrames
from laecips_cloud.training.rows import drifted
from numpy.typing import NDArray

View = tuple[NDArray[np.uint8], NDArray[np.uint8]]


def views(frames: LabelledFrames, *, variants: int, seed: int) -> Iterator[View]:
    """Each frame, then its variants: (picture uint8 [H, W, 3], label uint8 [H, W]).

    Args:
        frames: to go through.
        variants: how many of each frame.
        seed: of the variants.
    """
    for index in range(len(frames)):
        _, image, label = frames[index]
        for variant in range(variants + 1):
            random = np.random.default_rng((seed, index, variant))
            rgb, truth = drifted(image, label, random) if variant else (image, label)
            yield np.ascontiguousarray(rgb), truth
