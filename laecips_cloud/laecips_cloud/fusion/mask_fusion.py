"""Fusion: class-less masks and per-pixel scores become a label map (Algorithm 1 of LAECIPS).

    label[p] = argmax_c s[c, p] for every pixel p
    for each mask m, the largest area first:
        label[m] = argmax_c sum_{p in m} s[c, p]

Where the printed algorithm is ambiguous or wrong, this module does this: the inner sum runs
over pixels, s is a softmax (not logits), classes count from 0, and small masks are painted over
large ones (of equal areas the later one wins). Ties go to the lower class.

The two inner loops would read every mask once per class. Instead, each class is read once, as a
running sum along the rows; a mask is a few runs of pixels, and each run costs two look-ups. In
floating point this difference would lose precision, so scores are first converted to a fixed point
so fine that even a sum over the whole image is exact in float64 (2^-35 at 360 x 480, 2^-32 at
1080 x 1920; a float32 above 2^-8 does not change at all). No sum is ever rounded: a tie is a tie.

In addition to the paper, a `Vote` limits when a mask may overrule its pixels.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from laecips_cloud.fusion.vote import PAPER, Vote
from laecips_cloud.masks import Mask, Masks, MaskSet, Partition

Scores = NDArray[np.float32]
Positions = NDArray[np.intp]
Sums = NDArray[np.float64]
Painted = NDArray[np.uint16]

MAX_CLASSES: Final = 255
"""Label maps are uint8 and 255 says "no class"."""

_UNPAINTED: Final = 0xFFFF  # label 255, confidence 255: a value that no mask can produce
_BLOCK: Final = 1 << 15  # pixels per block: few enough for the processor's cache


@dataclass(frozen=True)
class Fused:
    """F's answer for one image.

    Attributes:
        label_map: uint8 [H, W], class indices.
        confidence_map: uint8 [H, W], 255 = certain. Where a mask decided: the winning class's mean
            score in the mask. Elsewhere: the pixel's largest score.
    """

    label_map: NDArray[np.uint8]
    confidence_map: NDArray[np.uint8]


def fuse(scores: Scores, masks: Masks, *, vote: Vote = PAPER) -> Fused:
    """Give each mask the class that scores highest inside it.

    Args:
        scores: float32 [M, H, W], scores in [0, 1], M at most 255. Each pixel's scores sum to 1, or
            to less where part of the pixel belongs to no class.
        masks: masks or regions of the same image.
        vote: when a mask may overrule its pixels; always by default.

    Returns:
        Label map and confidence map at the size of the image.

    Raises:
        ValueError: the scores have another dtype or size, or are not finite.

    Example:
        >>> scores = np.array([[[0.6, 0.1, 0.9]], [[0.4, 0.9, 0.1]]], np.float32)
        >>> fuse(scores, Partition(np.array([[0, 0, 1]], np.int32))).label_map
        array([[1, 1, 0]], dtype=uint8)
    """
    _check(scores, masks.shape)
    if not masks.count:
        return _fused(_own_paint(_finite(scores)))
    own = None if vote == PAPER else _own_paint(scores)
    if isinstance(masks, Partition):
        painted = _fuse_partition(scores, masks, own, vote)
    else:
        painted = _fuse_masks(scores, masks, own, vote)
    if own is None:
        _fill_unpainted(scores, painted)
    else:
        _keep_own(scores, painted, own, max_margin=vote.max_margin)
    return _fused(painted)


def _fused(painted: Painted) -> Fused:
    return Fused((painted & 0xFF).astype(np.uint8), (painted >> 8).astype(np.uint8))


def _finite(scores: Scores) -> Scores:
    """Return the scores if they are finite; the sums over runs detect this by themselves."""
    for index, plane in enumerate(scores):
        if not np.isfinite(plane).all():
            raise ValueError(f"scores of class {index} are not finite")
    return scores


def _check(scores: Scores, shape: tuple[int, int]) -> None:
    if scores.ndim != 3 or scores.dtype != np.float32 or not 0 < len(scores) <= MAX_CLASSES:
        raise ValueError(
            f"scores are {scores.dtype} {scores.shape}: "
            f"expected float32 [M, H, W] with 1 to {MAX_CLASSES} classes"
        )
    if scores.shape[1:] != shape:
        raise ValueError(f"scores of {scores.shape[1:]} do not fit masks of {shape}")


def _fuse_partition(
    scores: Scores, partition: Partition, own: Painted | None, vote: Vote
) -> Painted:
    ids = partition.regions.reshape(-1)
    is_start = np.empty(ids.size, np.bool_)
    is_start[0] = True
    np.not_equal(ids[1:], ids[:-1], out=is_start[1:])
    starts = np.flatnonzero(is_start)
    run_sums = _sum_runs(scores, starts, np.append(starts[1:], ids.size))
    owners = ids[starts]
    sums: Sums = np.stack([np.bincount(owners, weights=of_class) for of_class in run_sums])
    areas = np.bincount(ids, minlength=sums.shape[1])
    paint = _paint_of(sums, areas, ids.size)
    if own is not None:
        dissent = _label(np.take(paint, ids)) != _label(own.reshape(-1))
        dissenting = np.bincount(ids[dissent], minlength=areas.size)
        paint[dissenting > vote.max_dissent * areas] = _UNPAINTED
    return np.take(paint, partition.regions)


def _fuse_masks(scores: Scores, masks: MaskSet, own: Painted | None, vote: Vote) -> Painted:
    starts, ends, counts = _runs_of(masks)
    run_sums = _sum_runs(scores, starts, ends)
    present = np.flatnonzero(counts)
    first = (np.cumsum(counts) - counts)[present]
    paint = np.full(present.size + 1, _UNPAINTED, np.uint16)
    owners = np.zeros(masks.shape, np.uint8 if present.size < 256 else np.uint16)
    if present.size:
        sums: Sums = np.add.reduceat(run_sums, first, axis=1)
        areas = np.add.reduceat(ends - starts, first)
        paint[1:] = _paint_of(sums, areas, owners.size)
        order = np.argsort(-areas, kind="stable")
        if own is not None:
            safe = _safe(masks, present, paint[1:], own, vote)
            order = order[safe[order]]
        _own([masks.masks[present[index]] for index in order], order + 1, owners)
    return np.take(paint, owners)


def _own(masks: Sequence[Mask], numbers: Positions, owners: NDArray[np.unsignedinteger]) -> None:
    """Write each mask's number into its pixels of `owners`, later masks over earlier ones."""
    ink = np.empty(owners.size, owners.dtype)
    for (top, left, pixels), number in zip(masks, numbers, strict=True):
        ink[: pixels.size] = number
        # OpenCV's masked copy is several times as fast as numpy's.
        cv2.copyTo(
            ink[: pixels.size].reshape(pixels.shape),
            pixels.view(np.uint8),
            owners[top : top + pixels.shape[0], left : left + pixels.shape[1]],
        )


def _safe(
    masks: MaskSet, present: Positions, paint: Painted, own: Painted, vote: Vote
) -> NDArray[np.bool_]:
    """Return which of the masks `present` may vote: bool [present]."""
    safe = np.ones(present.size, np.bool_)
    labels = _label(own)
    for place, index in enumerate(present):
        top, left, pixels = masks.masks[index]
        below = labels[top : top + pixels.shape[0], left : left + pixels.shape[1]]
        dissenting = np.count_nonzero((below != _label(paint[place])) & pixels)
        safe[place] = dissenting <= vote.max_dissent * np.count_nonzero(pixels)
    rated = (masks.qualities, vote.min_quality), (masks.stabilities, vote.min_stability)
    for ratings, least in rated:
        if ratings is not None:
            safe &= np.asarray(ratings)[present] >= least
    return safe


def _runs_of(masks: MaskSet) -> tuple[Positions, Positions, Positions]:
    """Find the horizontal runs of all masks, in order of the masks.

    Returns:
        The start of each run in the flat image, the end of each run (exclusive), and the number of
        runs of each mask.
    """
    edges = [_edges(mask.pixels) for mask in masks.masks]
    counts = np.array([len(edge) for edge in edges], np.intp)
    edge = np.concatenate([np.zeros(0, np.intp), *edges])
    width = masks.shape[1]
    strides = np.array([mask.pixels.shape[1] + 1 for mask in masks.masks], np.intp)
    origins = np.array([mask.top * width + mask.left for mask in masks.masks], np.intp)
    stride = np.repeat(strides, counts)
    position = edge + edge // stride * (width - stride) + np.repeat(origins, counts)
    return position[::2].copy(), position[1::2].copy(), counts // 2


def _edges(pixels: NDArray[np.bool_]) -> Positions:
    """Find the starts and ends of a crop's runs, alternately, in rows of width + 1.

    The additional column is a gap, so that each run ends within its own row.
    """
    height, width = pixels.shape
    padded = np.zeros(height * (width + 1) + 1, np.bool_)
    padded[:-1].reshape(height, width + 1)[:, 1:] = pixels
    return np.flatnonzero(padded[1:] != padded[:-1])


def _sum_runs(scores: Scores, starts: Positions, ends: Positions) -> Sums:
    """Sum each class over runs of the flat image: [M, runs], exact integers of the fixed point."""
    classes, height, width = scores.shape
    size = height * width
    scale = np.float32(_scale(size))
    running = np.zeros(size + 1, np.int64)
    up_to_here = running[1:]
    sums = np.empty((classes, len(starts)), np.float64)
    with np.errstate(invalid="raise"):
        for index, plane in enumerate(scores.reshape(classes, size)):
            try:
                np.multiply(plane, scale, out=up_to_here, casting="unsafe")
            except FloatingPointError:
                raise ValueError(f"scores of class {index} are not finite") from None
            np.cumsum(up_to_here, out=up_to_here)
            # "clip" only avoids the check of each position: all of them are inside.
            at_ends = np.take(running, ends, mode="clip")
            np.subtract(at_ends, np.take(running, starts, mode="clip"), out=sums[index])
    return sums


def _scale(size: int) -> float:
    """Return the fixed point value of score 1 in an image of `size` pixels."""
    return float(2.0 ** (53 - size.bit_length()))


def _paint_of(sums: Sums, areas: Positions, size: int) -> Painted:
    """Pack the winning class (low byte) and its mean score (high byte): uint16 [masks].

    The part of a mask's area that its scores do not sum to belongs to no class.
    """
    total = np.maximum(np.maximum(sums.sum(axis=0), areas * _scale(size)), 1.0)
    share = np.clip(sums.max(axis=0) / total, 0.0, 1.0)
    return (sums.argmax(axis=0) + (np.rint(share * 255).astype(np.int64) << 8)).astype(np.uint16)


def _fill_unpainted(scores: Scores, painted: Painted) -> None:
    """Give pixels outside all masks their own argmax, in place."""
    flat = painted.reshape(-1)
    pixels = scores.reshape(len(scores), -1)
    outside = np.flatnonzero(flat == _UNPAINTED)
    if outside.size > flat.size // 4:  # then indexing costs more than computing all pixels
        for begin in range(0, flat.size, _BLOCK):
            block = flat[begin : begin + _BLOCK]
            own = _paint_of_pixels(pixels[:, begin : begin + _BLOCK])
            np.copyto(block, own, where=block == _UNPAINTED)
    elif outside.size:
        flat[outside] = _paint_of_pixels(pixels[:, outside])


def _own_paint(scores: Scores) -> Painted:
    """Return every pixel's own class and score: uint16 [H, W]."""
    pixels = scores.reshape(len(scores), -1)
    own = np.empty(pixels.shape[1], np.uint16)
    with np.errstate(invalid="ignore"):  # the sums over runs detect values that are not finite
        for begin in range(0, own.size, _BLOCK):
            own[begin : begin + _BLOCK] = _paint_of_pixels(pixels[:, begin : begin + _BLOCK])
    return own.reshape(scores.shape[1:])


def _keep_own(scores: Scores, painted: Painted, own: Painted, *, max_margin: float) -> None:
    """Give pixels their own class if no mask voted or they are surer than `max_margin`."""
    flat, mine = painted.reshape(-1), own.reshape(-1)
    at = np.flatnonzero(_label(flat) != _label(mine))
    voted, preferred = _label(flat[at]), _label(mine[at])
    pixels = scores.reshape(len(scores), -1)
    # A pixel without a vote keeps its own class, whatever the bound.
    score_of_vote = pixels[np.minimum(voted, len(scores) - 1), at]
    keeps = (flat[at] == _UNPAINTED) | (pixels[preferred, at] - score_of_vote > max_margin)
    flat[at[keeps]] = mine[at[keeps]]


def _label(painted: Painted) -> NDArray[np.uint8]:
    return (painted & 0xFF).astype(np.uint8)


def _paint_of_pixels(scores: Scores) -> Painted:
    """Pack each pixel's own class and score as `_paint_of` does: [M, n] -> uint16 [n]."""
    best = scores[0].copy()
    label = np.zeros(best.size, np.uint8)
    for index in range(1, len(scores)):  # a running maximum: numpy's argmax over axis 0 is slow
        better = (scores[index] > best).view(np.uint8)
        np.maximum(label, better * np.uint8(index), out=label)
        np.maximum(best, scores[index], out=best)
    confidence = np.rint(np.clip(best, 0.0, 1.0) * np.float32(255)).astype(np.uint16)
    return label + (confidence << 8)
