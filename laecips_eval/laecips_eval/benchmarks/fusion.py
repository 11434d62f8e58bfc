"""Fusion against the per-mask, per-class loop of Algorithm 1, both on one thread."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from time import perf_counter
from typing import NamedTuple

import cv2
import numpy as np
from laecips_cloud.fusion.mask_fusion import fuse
from laecips_cloud.masks import MaskSet, Partition
from numpy.typing import NDArray

SIZES = ((360, 480), (1080, 1920))
CLASSES = 11
MASKS = 100


class FusionRow(NamedTuple):
    """One case: times of the loop and of `fuse` in milliseconds, and ratio = loop / `fuse`."""

    case: str
    reference_ms: float
    ours_ms: float
    ratio: float


def per_mask_loop(
    scores: NDArray[np.float32], masks: Sequence[NDArray[np.bool_]]
) -> NDArray[np.uint8]:
    """Run Algorithm 1 literally; `fuse` must give the same result.

    Args:
        scores: float32 [M, H, W].
        masks: bool [H, W] each.

    Returns:
        Label map, uint8 [H, W].
    """
    labels = scores.argmax(axis=0).astype(np.uint8)
    for mask in sorted(masks, key=np.count_nonzero, reverse=True):
        if mask.any():
            sums = [plane[mask].sum(dtype=np.float64) for plane in scores]
            labels[mask] = int(np.argmax(sums))
    return labels


def run() -> list[FusionRow]:
    """Measure 100 overlapping masks and a partition of 100 regions, at both sizes."""
    rows = []
    for height, width in SIZES:
        scores = random_scores(height, width)
        blobs = random_blobs(height, width)
        regions = random_regions(height, width)
        size = f"{height} x {width}"
        overlapping, partition = MaskSet.of(blobs), Partition(regions)
        rows.append(
            _compare(
                f"{MASKS} overlapping masks, {size}",
                lambda s=scores, m=blobs: per_mask_loop(s, m),  # type: ignore[misc]
                lambda s=scores, m=overlapping: fuse(s, m).label_map,  # type: ignore[misc]
            )
        )
        parts = [regions == index for index in range(MASKS)]
        rows.append(
            _compare(
                f"partition of {MASKS} regions, {size}",
                lambda s=scores, m=parts: per_mask_loop(s, m),  # type: ignore[misc]
                lambda s=scores, m=partition: fuse(s, m).label_map,  # type: ignore[misc]
            )
        )
    return rows


def random_scores(height: int, width: int) -> NDArray[np.float32]:
    """Return the softmax of smooth random logits, float32 [CLASSES, H, W]."""
    coarse = np.random.default_rng(0).normal(scale=2, size=(CLASSES, height // 4, width // 4))
    logits = np.stack([cv2.resize(plane, (width, height)) for plane in coarse.astype(np.float32)])
    powers = np.exp(logits - logits.max(axis=0))
    return powers / powers.sum(axis=0)


def random_blobs(height: int, width: int, number: int = MASKS) -> list[NDArray[np.bool_]]:
    """Return wavy ellipses: at most two thirds of the picture, a tenth on average; bool [H, W]."""
    rng = np.random.default_rng(0)
    y, x = np.mgrid[:height, :width]
    blobs = []
    for _ in range(number):
        row, column = rng.uniform(0, (height, width))
        radii = rng.uniform(0.04, 0.35, 2) * (height, width)
        waves = 1 + 0.2 * np.sin(7 * np.arctan2(y - row, x - column))
        blobs.append(((y - row) / radii[0]) ** 2 + ((x - column) / radii[1]) ** 2 < waves)
    return blobs


def random_regions(height: int, width: int) -> NDArray[np.int32]:
    """Return cells around random points: int32 [H, W], ids below MASKS."""
    y, x = np.mgrid[:height, :width].astype(np.float32)
    nearest = np.full((height, width), np.inf, np.float32)
    regions = np.zeros((height, width), np.int32)
    for index, (row, column) in enumerate(
        np.random.default_rng(0).uniform(0, (height, width), (MASKS, 2))
    ):
        distance = (y - row) ** 2 + (x - column) ** 2
        regions[distance < nearest] = index
        np.minimum(nearest, distance, out=nearest)
    return regions


def _compare(
    case: str,
    reference: Callable[[], NDArray[np.uint8]],
    ours: Callable[[], NDArray[np.uint8]],
) -> FusionRow:
    """Time both functions in turn, so that other load affects both; use the best time of each."""
    if not np.array_equal(reference(), ours()):
        raise ValueError(f"{case}: fusion and the loop differ")
    times = np.array([[_milliseconds(reference), _milliseconds(ours)] for _ in range(5)])
    reference_ms, ours_ms = times.min(axis=0)
    return FusionRow(case, float(reference_ms), float(ours_ms), float(reference_ms / ours_ms))


def _milliseconds(function: Callable[[], object]) -> float:
    start = perf_counter()
    function()
    return (perf_counter() - start) * 1e3
