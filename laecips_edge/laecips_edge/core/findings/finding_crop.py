"""The picture of a finding: its box with some surroundings, as a JPEG file."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from laecips_edge.core.findings.label_regions import Box
from laecips_edge.core.image.image_messages import encode_jpeg

SURROUNDINGS: Final = 0.5
"""What a crop has of the box's longer side on each of its sides."""

LEAST_SURROUNDINGS: Final = 16
"""Pixels that it has at least."""

QUALITY: Final = 90
"""JPEG quality."""


def crop_box(box: Box, picture: tuple[int, int]) -> Box:
    """Return the box of a crop: the given one with its surroundings, inside the picture.

    Args:
        box: left, top, width and height of the finding, in pixels.
        picture: height and width of the picture.
    """
    left, top, width, height = box
    margin = max(LEAST_SURROUNDINGS, round(SURROUNDINGS * max(width, height)))
    x, y = max(0, left - margin), max(0, top - margin)
    right = min(picture[1], left + width + margin)
    bottom = min(picture[0], top + height + margin)
    return x, y, right - x, bottom - y


def crop(rgb: NDArray[np.uint8], box: Box) -> bytes:
    """Return a box of a picture, uint8 [H, W, 3], as a JPEG file."""
    left, top, width, height = box
    return encode_jpeg(np.ascontiguousarray(rgb[top : top + height, left : left + width]), QUALITY)
