"""Conversion of segment-anything's records to masks at the picture's size."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

import cv2
import numpy as np
from numpy.typing import NDArray

from laecips_cloud.masks import Mask, MaskSet

MOST_BYTES: Final = 1 << 30
"""Of all masks of a picture, a byte a pixel of their boxes."""


def working_size(shape: tuple[int, int], max_side: int) -> tuple[int, int]:
    """Return the working height and width: the picture's, or with `max_side` as the long side.

    Example:
        >>> working_size((10_000, 5_000), 2048)
        (2048, 1024)
    """
    longest = max(shape)
    if longest <= max_side:
        return shape
    height, width = (max(1, round(side * max_side / longest)) for side in shape)
    return height, width


def shrink(rgb: NDArray[np.uint8], size: tuple[int, int]) -> NDArray[np.uint8]:
    """Resize a picture, uint8 [H, W, 3], to a smaller size; return it unchanged if equal."""
    if rgb.shape[:2] == size:
        return rgb
    return np.asarray(cv2.resize(rgb, size[::-1], interpolation=cv2.INTER_AREA), np.uint8)


def mask_set(
    records: Sequence[Mapping[str, Any]], shape: tuple[int, int], *, most_bytes: int = MOST_BYTES
) -> MaskSet:
    """Return the masks of a picture, with SAM's ratings.

    Args:
        records: records of segment-anything, with masks as uncompressed run lengths, at the
            picture's size or smaller.
        shape: height and width of the picture.
        most_bytes: limit for all masks; above it, the masks that SAM rates lowest are omitted.

    Returns:
        The masks, the best rated first. Qualities are the predicted IoU, stabilities the stability
        score, each clipped to [0, 1]; nan becomes 0.
    """
    best_first = sorted(records, key=lambda record: -_rating(record["predicted_iou"]))
    masks: list[Mask] = []
    room = most_bytes
    for record in best_first:
        mask = Mask.crop(_decode(record["segmentation"]))
        mask = _enlarge(mask, tuple(record["segmentation"]["size"]), shape)
        room -= mask.pixels.size
        if room < 0:
            break
        masks.append(mask)
    kept = best_first[: len(masks)]
    return MaskSet(
        shape,
        tuple(masks),
        tuple(_rating(record["predicted_iou"]) for record in kept),
        tuple(_rating(record["stability_score"]) for record in kept),
    )


def _rating(value: float) -> float:
    """Clip a rating to [0, 1]; nan, from a nearly empty mask, becomes 0."""
    return min(1.0, max(0.0, value)) if value == value else 0.0  # noqa: PLR0124 (not a number)


def _decode(runs: Mapping[str, Any]) -> NDArray[np.bool_]:
    """Decode run lengths, off and on alternately, column by column, to bool [h, w]."""
    height, width = runs["size"]
    counts = np.asarray(runs["counts"], np.intp)
    values = np.arange(counts.size) % 2 == 1
    return np.repeat(values, counts).reshape(width, height).T


def _enlarge(mask: Mask, size: tuple[int, ...], shape: tuple[int, int]) -> Mask:
    """Enlarge a mask from an image of `size` to one of `shape`, by the nearest pixel."""
    if size == shape or not mask.pixels.size:
        return mask
    top, rows = _sources(mask.top, mask.pixels.shape[0], size[0], shape[0])
    left, columns = _sources(mask.left, mask.pixels.shape[1], size[1], shape[1])
    # Enlarge columns first: rows are then copied whole.
    return Mask(top, left, np.take(np.take(mask.pixels, columns, axis=1), rows, axis=0))


def _sources(begin: int, length: int, small: int, large: int) -> tuple[int, NDArray[np.intp]]:
    """Return where a range of the small axis begins on the large one, and its source indices."""
    origins = np.arange(large) * small // large
    first, end = np.searchsorted(origins, [begin, begin + length])
    return int(first), origins[first:end] - begin
