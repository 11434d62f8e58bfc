"""From f's logits at stride to answers at a picture's own size.

Up-sampling is bilinear with pixel centres at .5 and borders clamped: what torch calls
`align_corners=False` and OpenCV `INTER_LINEAR`.
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

Size = tuple[int, int]
"""Rows, columns."""


def softmax(logits: NDArray[np.float32], *, temperature: float = 1.0) -> NDArray[np.float32]:
    """Softmax over the first axis.

    Args:
        logits: float32 [M,h,w], of any memory layout.
        temperature: above 0; larger is less sure.

    Returns:
        float32 [M,h,w] in [0, 1], summing to 1 over the first axis.
    """
    # OpenCV writes in place only where the memory is in order.
    scores = np.subtract(logits, logits.max(axis=0), order="C")
    if temperature != 1.0:
        scores *= np.float32(1 / temperature)
    # OpenCV's exponential is several times as fast as numpy's, and as exact as float32 needs.
    cv2.exp(scores, scores)
    scores /= scores.sum(axis=0)
    return scores


def upsample(maps: NDArray[np.float32], size: Size) -> NDArray[np.float32]:
    """Bilinear interpolation of float32 [M,h,w] to [M,H,W]; `size` is (H,W)."""
    out = np.empty((len(maps), *size), np.float32)
    for source, target in zip(maps, out, strict=True):
        cv2.resize(source, size[::-1], dst=target, interpolation=cv2.INTER_LINEAR)
    return out


def scores_at(
    logits: NDArray[np.float32], size: Size, *, temperature: float = 1.0
) -> NDArray[np.float32]:
    """Softmax scores of every pixel: softmax of the up-sampled logits.

    In this order the best-scoring class of a pixel is the one that `label_map_of` gives it.

    Args:
        logits: float32 [M,h,w], f's at stride.
        size: (H,W) of the answer.
        temperature: the bundle's calibration.

    Returns:
        float32 [M,H,W] in [0, 1], summing to 1 over the first axis.
    """
    return softmax(upsample(logits, size), temperature=temperature)


def label_map_of(logits: NDArray[np.float32], size: Size) -> NDArray[np.uint8]:
    """Best class of every pixel: argmax of the up-sampled logits, ties to the lower class.

    Args:
        logits: float32 [M,h,w], f's at stride; M at most 255.
        size: (H,W) of the answer.

    Returns:
        uint8 [H,W] in [0, M).
    """
    width_height = size[::-1]
    best = cv2.resize(logits[0], width_height, interpolation=cv2.INTER_LINEAR)
    plane, wins = np.empty_like(best), np.empty(size, np.uint8)
    labels = np.zeros(size, np.uint8)
    # A running maximum touches two planes at a time, which stay in the cache; M planes do not.
    # Classes come in rising order, so the largest winner so far is the last one: no masked store.
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
    """How sure f is of every pixel: its largest softmax at stride, up-sampled.

    Args:
        logits: float32 [M,h,w], f's at stride.
        size: (H,W) of the answer.
        temperature: the bundle's calibration.

    Returns:
        uint8 [H,W]; 255 is certain.
    """
    exponents = (logits - logits.max(axis=0)) * np.float32(1 / temperature)
    cv2.exp(exponents, exponents)
    # The largest exponential is exp(0) = 1, so the largest softmax is one over the sum.
    peak = np.float32(255) / exponents.sum(axis=0)
    up = cv2.resize(peak, size[::-1], interpolation=cv2.INTER_LINEAR)
    return cv2.convertScaleAbs(up)
