"""Labelled frames and drifted variants of them (other light, moved camera), to fit h and delta."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from laecips_cloud.training.data.augment import Geometry, reframe, relight
from laecips_cloud.training.data.labelled_frames import LabelledFrame


class View(NamedTuple):
    """A frame, or a drifted variant of it.

    Attributes:
        variant: 0 for the original frame, then 1, 2, ...
        image: uint8 [H, W, 3], RGB.
        label: uint8 [H, W], 255 where there is no class.
    """

    variant: int
    image: NDArray[np.uint8]
    label: NDArray[np.uint8]


def views(frames: Iterable[LabelledFrame], *, variants: int, seed: int) -> Iterator[View]:
    """Yield each frame, followed by its variants.

    The variants stand for drift that the robot has not met yet.

    Args:
        frames: the frames.
        variants: number of variants of each frame.
        seed: seed of the variants.
    """
    for index, (_, image, label) in enumerate(frames):
        yield View(0, image, label)
        for variant in range(1, variants + 1):
            random = np.random.default_rng((seed, index, variant))
            yield View(variant, *_drifted(image, label, random))


def _drifted(
    image: NDArray[np.uint8], label: NDArray[np.uint8], random: Generator
) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
    height, width = label.shape
    moved = Geometry(size=(height, width), zoom=(0.75, 1.5), rotation=12.0)
    image, label = reframe(image, label, moved, random)
    return relight(image, random), label
