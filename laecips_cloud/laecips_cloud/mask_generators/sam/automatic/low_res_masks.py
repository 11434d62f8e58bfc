"""Small masks: computations on SAM's 256 x 256 logits, before a mask is enlarged."""

from __future__ import annotations

import math
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from laecips_cloud.mask_generators.sam.automatic.geometry import Axis, PictureAxes
from laecips_cloud.masks import Mask

Floats = NDArray[np.float32]

_REACH: Final = 2
"""Pixels of a small mask beside it that a pixel of the picture hangs on."""

_DOUBT: Final = 5.0
"""Counted on the n pixels of a small mask, the stability errs by less than 5 / n ** 0.75, because
of the pixels on its rim, some sqrt(n) of them. The largest error of 50,000 random masks was
4.7 / n ** 0.75, in a picture that is hardly larger than the small mask."""


class Span(NamedTuple):
    """The range of rows or of columns that a mask covers.

    Attributes:
        first, last: pixels of the small mask.
        low, high: pixels of the picture.
    """

    first: int
    last: int
    low: int
    high: int


class SmallMask(NamedTuple):
    """A small mask that may be kept.

    Attributes:
        rows, columns: the ranges that the mask covers.
        logits: float32 [h, w], the part of the small mask's logits that `enlarge` needs.
    """

    rows: Span
    columns: Span
    logits: Floats

    @property
    def box(self) -> tuple[int, int, int, int]:
        """The box x0, y0, x1, y1: first and last pixels in the picture."""
        return self.columns.low, self.rows.low, self.columns.high, self.rows.high


def stability(
    logits: Floats, threshold: float, offset: float, bound: float, geometry: PictureAxes
) -> float:
    """Return the IoU of the masks cut by two thresholds; 0 where both are empty.

    Count the small mask's pixels, unless the result is so close to `bound` that pixels at the
    contour decide; then count the picture's pixels.

    Args:
        logits: float32 [n, n], a whole small mask.
        threshold: logit threshold of the mask.
        offset: distance of both thresholds from `threshold`, at least 0.
        bound: value with which the caller compares the result; 0 for no comparison.
        geometry: geometry of the picture.
    """
    shown = logits[: geometry.rows.small, : geometry.columns.small]
    share, larger = _share_above(shown, threshold, offset)
    if not larger or bound <= 0 or abs(share - bound) > _DOUBT * larger**-0.75:
        return share
    mask = cut(logits, threshold - offset, geometry)
    if mask is None:
        return 0.0
    return _share_above(_enlarged(mask, geometry)[2], threshold, offset)[0]


def _share_above(logits: Floats, threshold: float, offset: float) -> tuple[float, int]:
    """Return the share of pixels above the lower threshold that exceed the higher; their count."""
    larger = int(np.count_nonzero(logits > threshold - offset))
    smaller = int(np.count_nonzero(logits > threshold + offset))
    return (smaller / larger if larger else 0.0), larger


def cut(logits: Floats, threshold: float, geometry: PictureAxes) -> SmallMask | None:
    """Find the box of a mask in the picture's pixels; None where the mask is empty.

    Args:
        logits: float32 [n, n], a whole small mask.
        threshold: pixels above it belong to the mask.
        geometry: geometry of the picture.
    """
    felt = logits[: geometry.rows.felt, : geometry.columns.felt]
    whole = _spans(felt, threshold, geometry)
    if whole is None:
        return None
    # The padding may be full of mask pixels: bound the picture's part, unless that is empty.
    shown = felt[: geometry.rows.small, : geometry.columns.small]
    (rows, columns), box = whole, _spans(shown, threshold, geometry) or whole
    part = logits[_needed(rows), _needed(columns)]
    return SmallMask(
        rows._replace(low=box[0].low, high=box[0].high),
        columns._replace(low=box[1].low, high=box[1].high),
        part.copy(),
    )


def _spans(part: Floats, threshold: float, geometry: PictureAxes) -> tuple[Span, Span] | None:
    """Return the ranges of rows and columns with a pixel above the threshold."""
    rows = _span(part.max(axis=1), threshold, geometry.rows)
    columns = _span(part.max(axis=0), threshold, geometry.columns)
    return None if rows is None or columns is None else (rows, columns)


def enlarge(mask: SmallMask, threshold: float, geometry: PictureAxes) -> Mask:
    """Return the mask at the size of the picture, cropped; compute only its own box."""
    top, left, logits = _enlarged(mask, geometry)
    part = Mask.crop(logits > threshold)
    return Mask(top + part.top, left + part.left, part.pixels)


def _enlarged(mask: SmallMask, geometry: PictureAxes) -> tuple[int, int, Floats]:
    """Return the first row and column of the mask's possible pixels, and their logits."""
    top, rows = _operator(mask.rows, geometry.rows)
    left, columns = _operator(mask.columns, geometry.columns)
    return top, left, np.asarray(rows @ mask.logits @ columns.T, np.float32)


def _span(profile: Floats, threshold: float, axis: Axis) -> Span | None:
    """Find where the largest logits along a side cross the threshold, between pixels."""
    inside = np.flatnonzero(profile > threshold)
    if not inside.size:
        return None
    first, last = int(inside[0]), int(inside[-1])
    low, high = 0, axis.picture - 1
    if first > 0:
        low = math.ceil(axis.place(first - _share(profile, first, first - 1, threshold)))
    if last + 1 < len(profile):
        high = math.floor(axis.place(last + _share(profile, last, last + 1, threshold)))
    low = min(max(low, 0), axis.picture - 1)
    return Span(first, last, low, min(max(high, low), axis.picture - 1))


def _share(profile: Floats, inside: int, outside: int, threshold: float) -> float:
    """Return where the threshold is crossed between a pixel inside and one outside, 0 to 1."""
    above = float(profile[inside]) - threshold
    return above / (above + threshold - float(profile[outside]))


def _needed(span: Span) -> slice:
    return slice(max(0, span.first - _REACH), span.last + 1 + _REACH)


def _operator(span: Span, axis: Axis) -> tuple[int, Floats]:
    """Return the first possible pixel in the picture, and the operator from there on."""
    start = max(0, math.floor(axis.place(span.first - 1)))
    stop = min(axis.picture, math.ceil(axis.place(span.last + 1)) + 1)
    return start, axis.operator[start:stop, _needed(span)]
