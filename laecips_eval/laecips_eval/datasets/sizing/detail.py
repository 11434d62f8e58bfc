"""The detail of labelled pictures: how large they are, and how thin what is labelled in them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np
from laecips_cloud.training.data.labelled_frames import LabelledFrames
from laecips_cloud.training.data.time_blocks import spread
from numpy.typing import NDArray

THIN: Final = 2.0
"""Pixels. The first step of f halves the picture: of what is thinner little is left."""

_LOOKED_AT: Final = 200


@dataclass(frozen=True)
class Detail:
    """Size of the pictures and thickness of their regions.

    Attributes:
        size: median (height, width) of the pictures, in pixels.
        thickness: by class, of each of its regions in pixels of a picture of that size; without
            the class that fills most of the pictures, on which the others lie.
    """

    size: tuple[int, int]
    thickness: Mapping[str, NDArray[np.float64]]

    def lost(self, size: tuple[int, int]) -> dict[str, float]:
        """Return what would be lost at another size.

        Args:
            size: (height, width) that the pictures are brought to.

        Returns:
            By class the share of its regions that would become thinner than `THIN` pixels.
        """
        scale = min(size[0] / self.size[0], size[1] / self.size[1])
        return {
            name: float(((each >= THIN) & (each * scale < THIN)).mean())
            for name, each in self.thickness.items()
        }


def detail_of(frames: LabelledFrames) -> Detail:
    """Look at the labels of at most 200 frames, evenly spread.

    Args:
        frames: at least one.

    Raises:
        ValueError: there is none.
    """
    if not len(frames):
        raise ValueError("no frames to choose an input size from: the data set is empty")
    labels = [frames[index].label for index in spread(range(len(frames)), _LOOKED_AT)]
    height, width = (round(float(side)) for side in np.median([a.shape for a in labels], axis=0))
    found: dict[int, list[NDArray[np.float64]]] = defaultdict(list)
    pixels = np.zeros(256, np.int64)
    for label in labels:
        scale = min(height / label.shape[0], width / label.shape[1])
        counts = np.bincount(label.ravel(), minlength=256)
        pixels += counts
        for kind in np.flatnonzero(counts[: len(frames.classes)]):
            found[int(kind)].append(thickness_of(label == kind) * scale)
    ground = int(pixels[: len(frames.classes)].argmax())
    return Detail(
        (height, width),
        {
            frames.classes[kind]: np.concatenate(parts)
            for kind, parts in sorted(found.items())
            if kind != ground
        },
    )


def thickness_of(mask: NDArray[np.bool_]) -> NDArray[np.float64]:
    """Return the thickness of each connected region, where it is thickest.

    Args:
        mask: bool [H, W].

    Returns:
        float64 [N] in pixels: the diameter of the largest disc in the region, 1 for a line of one
        or two pixels.
    """
    padded = np.pad(mask.astype(np.uint8), 1)  # the border of the picture cuts a region off
    count, region = cv2.connectedComponents(padded)
    depth = cv2.distanceTransform(padded, cv2.DIST_L2, cv2.DIST_MASK_5)
    deepest = np.zeros(count)
    inside = padded > 0
    np.maximum.at(deepest, region[inside], depth[inside])
    return 2.0 * deepest[1:] - 1.0
