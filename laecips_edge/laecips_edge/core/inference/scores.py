"""Compute scores, label map and confidence map at a picture's own size from f's logits at stride.

Up-sampling is bilinear with pixel centres at .5 and clamped borders: torch's
`align_corners=False`, OpenCV's `INTER_LINEAR`.
"""

from __future__ import annotations

from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from laecips_edge.core.inference.highest_class import highest_class

LARGE: Final = 40
"""Pixels a score from which on it pays to look only where the class changes."""

Size = tuple[int, int]
"""Rows, columns."""


def softmax(logits: NDArray[np.float32], *, temperature: float = 1.0) -> NDArray[np.float32]:
    """Compute the softmax over the first axis.

    Args:
        logits: float32 [M,h,w], of any memory layout.
        temperature: greater than 0; a larger one gives less certain scores.

    Returns:
        float32 [M,h,w] in [0, 1], summing to 1 over the first axis.
    """
    # OpenCV writes in place only into C-contiguous memory.
    scores = np.subtract(logits, logits.max(axis=0), order="C")
    if temperature != 1.0:
        scores *= np.float32(1 / temperature)
    # OpenCV's exponential is several times as fast as numpy's, and as exact as float32 needs.
    cv2.exp(scores, scores)
    scores /= scores.sum(axis=0)
    return scores


def upsample(maps: NDArray[np.float32], size: Size) -> NDArray[np.float32]:
    """Up-sample float32 [M,h,w] to [M,H,W]; `size` is (H,W)."""
    out = np.empty((len(maps), *size), np.float32)
    for source, target in zip(maps, out, strict=True):
        cv2.resize(source, size[::-1], dst=target, interpolation=cv2.INTER_LINEAR)
    return out


def scores_at(
    logits: NDArray[np.float32], size: Size, *, temperature: float = 1.0
) -> NDArray[np.float32]:
    """Compute the softmax scores of every pixel: the softmax of the up-sampled logits.

    In this order the class with the highest score of a pixel is its class in `label_map_of`.

    Args:
        logits: float32 [M,h,w], f's logits at stride.
        size: (H,W) of the result.
        temperature: the bundle's calibrated temperature.

    Returns:
        float32 [M,H,W] in [0, 1], summing to 1 over the first axis.
    """
    return softmax(upsample(logits, size), temperature=temperature)


def label_map_of(logits: NDArray[np.float32], size: Size) -> NDArray[np.uint8]:
    """Compute the label map: argmax of the up-sampled logits, ties to the lower class.

    Args:
        logits: float32 [M,h,w], f's logits at stride; M at most 255.
        size: (H,W) of the result.

    Returns:
        uint8 [H,W] in [0, M).
    """
    if size[0] * size[1] >= LARGE * logits[0].size:
        labels = highest_class(logits, size)
        if labels is not None:
            return labels
    width_height = size[::-1]
    best = cv2.resize(logits[0], width_height, interpolation=cv2.INTER_LINEAR)
    plane, wins = np.empty_like(best), np.empty(size, np.uint8)
    labels = np.zeros(size, np.uint8)
    # A running maximum uses two planes at a time, which fit into the cache; M planes do not.
    # Classes come in rising order, so the maximum of the labels is the last winner.
    for label in range(1, len(logits)):
        cv2.resize(logits[label], width_height, dst=plane, interpolation=cv2.INTER_LINEAR)
        np.greater(plane, best, out=wins.view(bool))
        np.multiply(wins, np.uint8(label), out=wins)
        np.maximum(labels, wins, out=labels)
        np.maximum(best, plane, out=best)
    return labels


def confidence_map_of(
    logits: NDArray[np.float32], size: Size, *, temperature: float = 1.0
) -> NDArray[np.uint8]:
    """Compute the confidence map: the largest softmax of each pixel at stride, up-sampled.

    Args:
        logits: float32 [M,h,w], f's logits at stride.
        size: (H,W) of the result.
        temperature: the bundle's calibrated temperature.

    Returns:
        uint8 [H,W]; 255 is certain.
    """
    exponents = (logits - logits.max(axis=0)) * np.float32(1 / temperature)
    cv2.exp(exponents, exponents)
    # The largest exponential is exp(0) = 1, so the largest softmax is one over the sum.
    peak = np.float32(255) / exponents.sum(axis=0)
    up = cv2.resize(peak, size[::-1], interpolation=cv2.INTER_LINEAR)
    return cv2.convertScaleAbs(up)
