"""Labelled frames and drifted variants of them, to fit h and delta.

A variant is drifted everywhere: other light, lens and sensor, moved camera. Or it is disturbed in
one place, as by a reflection, a shadow, dust or a smear on the lens, so that h meets frames of
which most is right.
"""

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


def views(
    frames: Iterable[LabelledFrame], *, variants: int, seed: int, disturbed: float = 0.0
) -> Iterator[View]:
    """Yield each frame, followed by its variants.

    The variants stand for drift that the robot has not met yet.

    Args:
        frames: the frames.
        variants: number of variants of each frame.
        seed: seed of the variants.
        disturbed: share of the variants that are disturbed in one place, in [0, 1].
    """
    for index, frame in enumerate(frames):
        for variant in range(variants + 1):
            yield view_of(frame, index, variant, seed=seed, disturbed=disturbed)


def view_of(
    frame: LabelledFrame, index: int, variant: int, *, seed: int, disturbed: float = 0.0
) -> View:
    """Return one of the views of a frame, as `views` yields it.

    Args:
        frame: the frame.
        index: number of the frame among all, from 0.
        variant: 0 for the frame itself.
        seed: as in `views`.
        disturbed: as in `views`.
    """
    _, image, label = frame
    if not variant:
        return View(0, image, label)
    random = np.random.default_rng((seed, index, variant))
    if disturbed and random.random() < disturbed:
        return View(variant, _disturbed(image, random), label)
    return View(variant, *_drifted(image, label, random))


def _drifted(
    image: NDArray[np.uint8], label: NDArray[np.uint8], random: Generator
) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
    height, width = label.shape
    moved = Geometry(size=(height, width), zoom=(0.75, 1.5), rotation=12.0)
    image, label = reframe(image, label, moved, random)
    return relight(image, random), label


def _disturbed(image: NDArray[np.uint8], random: Generator) -> NDArray[np.uint8]:
    """Return a picture that is relit or overexposed inside a soft ellipse."""
    height, width = image.shape[:2]
    y, x = np.ogrid[:height, :width]
    down, right = random.uniform(0, height), random.uniform(0, width)
    tall, wide = random.uniform(0.15, 0.6, size=2) * (height, width)
    distance = np.hypot((y - down) / tall, (x - right) / wide)
    share = np.clip(2.0 - 2.0 * distance, 0.0, 1.0)[..., None]
    if random.random() < 0.3:
        other = np.full_like(image, 255)
        share = share * random.uniform(0.4, 1.0)
    else:
        other = relight(image, random)
    return np.asarray(image + share * (other.astype(np.float64) - image), np.uint8)
