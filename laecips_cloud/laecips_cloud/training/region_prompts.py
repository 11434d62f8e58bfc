"""Points and the true regions under them, from labelled frames: what a SAM learns from.

Points are drawn uniformly over a picture's
regions, not over its pixels: a screw counts as much as the panel that it is in.
"""

from __future__ import annotations

from typing import Final, NamedTuple

import cv2
import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray
from PIL import Image

from laecips_cloud.mask_generators.mask_geometry import fitted
from laecips_cloud.training.augment import relight
from laecips_cloud.training.labelled_frames import LabelledFrame
from laecips_cloud.training.true_regions import true_regions

_MOST_REGIONS: Final = 255


class RegionPicture(NamedTuple):
    """A frame that is ready to be asked about.

    Attributes:
        picture: uint8 [h, w, 3], RGB, its longer side as long as SAM's picture.
        regions: uint8 [H, W] at the frame's own size, numbers from 1; 0 is none.
        total: how many regions there are.
    """

    picture: NDArray[np.uint8]
    regions: NDArray[np.uint8]
    total: int


class Prompts(NamedTuple):
    """Points on one picture.

    Attributes:
        picture: uint8 [h, w, 3].
        points: float32 [N, 2] as x, y in pixels of `picture`.
        targets: float32 [N, m, n], how much of each pixel of a small mask the point's region
            covers, in [0, 1]; only as much of the mask as shows some of the picture.
        numbers: int64 [N], of the points' regions.
    """

    picture: NDArray[np.uint8]
    points: NDArray[np.float32]
    targets: NDArray[np.float32]
    numbers: NDArray[np.int64]


def prepare(frame: LabelledFrame, *, side: int) -> RegionPicture | None:
    """Makes a frame ready.

    Args:
        frame: any.
        side: pixels along a side of SAM's picture.

    Returns:
        None where the frame has no region to point at. Where it has more than 255 the largest.
    """
    height, width = frame.label.shape
    size = fitted((height, width), side)[::-1]
    # Pillow's linear filter widens as the picture shrinks, which is how SAM's pictures are made.
    picture = np.asarray(Image.fromarray(frame.image).resize(size, Image.Resampling.BILINEAR))
    numbered, count = true_regions(frame.label)
    if not count:
        return None
    areas = np.bincount(numbered.reshape(-1), minlength=count + 1)[1:]
    largest = np.argsort(-areas, kind="stable")[:_MOST_REGIONS]
    numbers = np.zeros(count + 1, np.uint8)
    numbers[largest + 1] = np.arange(1, len(largest) + 1)
    return RegionPicture(picture, numbers[numbered], len(largest))


def draw(
    source: RegionPicture, count: int, random: Generator, *, side: int, augment: bool = True
) -> Prompts:
    """Draws points and shows what they mean.

    Args:
        source: see `prepare`.
        count: of the points, at least 1; regions come twice only where there are fewer.
        random: source of chance.
        side: pixels along a side of the small masks.
        augment: mirror the picture, and half of the time put it into another light.
    """
    picture, regions = source.picture, source.regions
    if augment:
        for axis in (0, 1):
            if random.random() < 0.5:
                picture, regions = np.flip(picture, axis), np.flip(regions, axis)
        picture, regions = np.ascontiguousarray(picture), np.ascontiguousarray(regions)
        if random.random() < 0.5:
            picture = relight(picture, random)
    height, width = regions.shape
    size = fitted((height, width), side)
    to_picture = np.array([picture.shape[1] / width, picture.shape[0] / height])
    rounds = -(-count // source.total)
    numbers = np.concatenate([random.permutation(source.total) + 1 for _ in range(rounds)])[:count]
    points, targets = [], []
    for number in numbers:
        inside = regions == number
        rows, columns = np.nonzero(inside)
        place = int(random.integers(len(rows)))
        points.append((np.array([columns[place], rows[place]]) + 0.5) * to_picture)
        whole = inside.astype(np.float32)
        targets.append(cv2.resize(whole, size[::-1], interpolation=cv2.INTER_AREA))
    return Prompts(picture, np.array(points, np.float32), np.array(targets, np.float32), numbers)
