"""What can be said of a mask while it is small: 256 x 256 logits, whatever the picture's size."""

from __future__ import annotations

import math
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from laecips_cloud.mask_generators.sam.automatic.geometry import Axis, Geometry
from laecips_cloud.masks import Mask

Floats = NDArray[np.float32]

_REACH: Final = 2
"""Pixels of a small mask beside it that a pixel of the picture hangs on."""

_DOUBT: Final = 2.0
"""Of n pixels that a mask has while it is small, the stability errs by less than 2 / n ** 0.75: by
the scatter of the pixels on its rim, of which there are some sqrt(n)."""


class Span(NamedTuple):
    """What of one side a mask covers.

    Attributes:
        first, last: pixels of the small mask.
        low, high: pixels of the picture.
    """

    first: int
    last: int
    low: int
    high: int


class SmallMask(NamedTuple):
    """A mask that may be kept.

    Attributes:
        rows, columns: what it covers.
        logits: float32 [h, w], cut from the small mask's: what enlarging it takes.
    """

    rows: Span
    columns: Span
    logits: Floats

    @property
    def box(self) -> tuple[int, int, int, int]:
        """x0, y0, x1, y1: its first and last pixels in the picture."""
        return self.columns.low, self.rows.low, self.columns.high, self.rows.high


def stability(
    logits: Floats, threshold: float, offset: float, bound: float, geometry: Geometry
) -> float:
    """IoU of the masks that two thresholds cut; 0 where there is none.

    The small mask tells, unless its answer is so close to the bound that the pixels of its rim
    decide: then those of the picture are counted.

    Args:
        logits: float32 [n, n], all of a small mask.
        threshold: of the mask.
        offset: of the two from it, at least 0.
        bound: with which the answer will be compared; 0 where it will not be.
        geometry: of the picture.
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
    """Of the pixels above the lower threshold, the share above the higher, and their number."""
    larger = int(np.count_nonzero(logits > threshold - offset))
    smaller = int(np.count_nonzero(logits > threshold + offset))
    return (smaller / larger if larger else 0.0), larger


def cut(logits: Floats, threshold: float, geometry: Geometry) -> SmallMask | None:
    """Finds what a mask covers, to the picture's pixel; None where it is empty.

    Args:
        logits: float32 [n, n], all of a small mask.
        threshold: pixels above it belong to the mask.
        geometry: of the picture.
    """
    felt = logits[: geometry.rows.felt, : geometry.columns.felt]
    whole = _spans(felt, threshold, geometry)
    if whole is None:
        return None
    # The padding may be full of it: the box is of what shows the picture, unless nothing does.
    shown = felt[: geometry.rows.small, : geometry.columns.small]
    (rows, columns), box = whole, _spans(shown, threshold, geometry) or whole
    part = logits[_needed(rows), _needed(columns)]
    return SmallMask(
        rows._replace(low=box[0].low, high=box[0].high),
        columns._replace(low=box[1].low, high=box[1].high),
        part.copy(),
    )


def _spans(part: Floats, threshold: float, geometry: Geometry) -> tuple[Span, Span] | None:
    """What of rows and columns has a pixel above the threshold."""
    rows = _span(part.max(axis=1), threshold, geometry.rows)
    columns = _span(part.max(axis=0), threshold, geometry.columns)
    return None if rows is None or columns is None else (rows, columns)


def enlarge(mask: SmallMask, threshold: float, geometry: Geometry) -> Mask:
    """The mask at the size of the picture, cropped; only its own box is computed."""
    top, left, logits = _enlarged(mask, geometry)
    part = Mask.crop(logits > threshold)
    return Mask(top + part.top, left + part.left, part.pixels)


def _enlarged(mask: SmallMask, geometry: Geometry) -> tuple[int, int, Floats]:
    """Logits of the pixels that the mask could have, and where they begin."""
    top, rows = _operator(mask.rows, geometry.rows)
    left, columns = _operator(mask.columns, geometry.columns)
    return top, left, np.asarray(rows @ mask.logits @ columns.T, np.float32)


def _span(profile: Floats, threshold: float, axis: Axis) -> Span | None:
    """Where the largest logits along a side cross the threshold, between pixels."""
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
    """How far from a pixel inside to its neighbour outside the threshold is crossed, 0 to 1."""
    above = float(profile[inside]) - threshold
    return above / (above + threshold - float(profile[outside]))


def _needed(span: Span) -> slice:
    return slice(max(0, span.first - _REACH), span.last + 1 + _REACH)


def _operator(span: Span, axis: Axis) -> tuple[int, Floats]:
    """First pixel in the picture that the mask could have, and the operator from there on."""
    start = max(0, math.floor(axis.place(span.first - 1)))
    stop = min(axis.picture, math.ceil(axis.place(span.last + 1)) + 1)
    return start, axis.operator[start:stop, _needed(span)]
