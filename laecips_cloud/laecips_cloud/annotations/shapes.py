"""Areas that people draw on pictures, and the pixels that they cover."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

Size = tuple[int, int]
"""(height, width) of a picture."""

_CORNERS = 128  # of a round area


class Bitmap(NamedTuple):
    """Pixels of a picture.

    Attributes:
        mask: bool [h, w].
        left, top: column and row of its first pixel in the picture; may lie outside.
        cut: whether the area reaches out of the picture by more than a pixel.
    """

    mask: NDArray[np.bool_]
    left: int = 0
    top: int = 0
    cut: bool = False


Area = Callable[[Size], Bitmap]
"""An area, asked for its pixels on a picture of a size; ValueError where it is none."""


class Shape(NamedTuple):
    """One drawn area.

    Attributes:
        category: what it is, in the annotation's words.
        area: where it is.
    """

    category: str
    area: Area


@dataclass(frozen=True, kw_only=True)
class AnnotatedPicture:
    """A picture and all that was drawn on it.

    Attributes:
        picture: where the annotation says that it lies, with "/" between folders.
        name: of the frame; empty for the path of the picture without its ending.
        shapes: in the order of drawing: later ones lie on top.
        size: that the annotation says; None where it says none.
        split: that it belongs to; empty for none.
        near: folder of the annotation, in which pictures are looked for first.
        embedded: the picture's file, where the annotation brings it along.
        no_areas: kinds of shapes that are no areas, one for each.
    """

    picture: str
    name: str = ""
    shapes: Sequence[Shape] = ()
    size: Size | None = None
    split: str = ""
    near: str = ""
    embedded: bytes | None = None
    no_areas: Sequence[str] = ()


@dataclass(frozen=True, kw_only=True)
class Annotations:
    """Annotations of one format.

    Attributes:
        categories: in the order that their format gives them.
        pictures: gives them, anew each time.
        void: categories that the format itself calls no class.
        background: class of pixels without a shape; empty where they have none.
    """

    categories: Sequence[str]
    pictures: Callable[[], Iterator[AnnotatedPicture]]
    void: Sequence[str] = ()
    background: str = "background"


def polygons(parts: Iterable[Sequence[ArrayLike]]) -> Area:
    """Return the union of polygons given by rings: filled inside an odd number of them.

    Args:
        parts: polygons; a ring is float [N, 2], x and y in pixels from the left upper corner.
    """
    rings = [[np.asarray(ring, np.float64).reshape(-1, 2) for ring in part] for part in parts]
    return partial(_filled, rings)


def polygon(ring: ArrayLike) -> Area:
    """Return one polygon without holes."""
    return polygons([[ring]])


def box(left: float, top: float, right: float, bottom: float, *, degrees: float = 0) -> Area:
    """Return an upright box, turned clockwise about its centre."""
    ring = np.array([[left, top], [right, top], [right, bottom], [left, bottom]], np.float64)
    return polygon(turned(ring, degrees, ring.mean(axis=0)))


def ellipse(x: float, y: float, radius_x: float, radius_y: float, *, degrees: float = 0) -> Area:
    """Return an ellipse about (x, y), turned clockwise."""
    angle = np.linspace(0, 2 * math.pi, _CORNERS, endpoint=False)
    ring = np.column_stack([x + radius_x * np.cos(angle), y + radius_y * np.sin(angle)])
    return polygon(turned(ring, degrees, np.array([x, y])))


def turned(ring: NDArray, degrees: float, about: ArrayLike) -> NDArray[np.float64]:
    """Return a ring, float [N, 2], turned clockwise (y points down) about a point."""
    angle = math.radians(degrees)
    cos, sin = math.cos(angle), math.sin(angle)
    centre = np.asarray(about, np.float64)
    return (np.asarray(ring, np.float64) - centre) @ np.array([[cos, sin], [-sin, cos]]) + centre


def where(stored: NDArray, value: ArrayLike) -> Area:
    """Return where a mask, [H, W] or [H, W, 3], holds a value or colour."""
    return lambda size: Bitmap((stored == value) if stored.ndim == 2 else (stored == value).all(2))


def paint(label: NDArray[np.int16], bitmap: Bitmap, value: int) -> tuple[int, int, bool]:
    """Paint an area over what is there.

    Args:
        label: int16 [H, W], -1 where nothing was painted; changed.
        bitmap: the area.
        value: to write.

    Returns:
        Pixels painted, pixels of another value among them that were painted before, and whether
        some of the area lies outside.
    """
    height, width = label.shape
    mask, left, top, cut = bitmap
    rows = slice(max(0, -top), max(0, height - top))
    columns = slice(max(0, -left), max(0, width - left))
    inside = mask[rows, columns]
    cut = cut or int(inside.sum()) < int(mask.sum())
    there = label[
        max(0, top) : max(0, top) + inside.shape[0], max(0, left) : max(0, left) + inside.shape[1]
    ]
    over = int(np.count_nonzero(inside & (there >= 0) & (there != value)))
    there[inside] = value
    return int(inside.sum()), over, cut


def _filled(parts: Sequence[Sequence[NDArray[np.float64]]], size: Size) -> Bitmap:
    points = np.concatenate([ring for rings in parts for ring in rings] or [np.zeros((0, 2))])
    if len(points) < 3 or not np.isfinite(points).all():
        raise ValueError("fewer than three corners, or one that is no number")
    height, width = size
    low, high = points.min(axis=0), points.max(axis=0)
    cut = bool(low.min() < -1 or high[0] > width + 1 or high[1] > height + 1)
    left, top = (int(v) for v in np.clip(np.floor(low), 0, (width, height)))
    right, bottom = (int(v) for v in np.clip(np.ceil(high), 0, (width, height)))
    mask = np.zeros((bottom - top, right - left), bool)
    for rings in parts:
        mask |= _inside([ring - (left, top) for ring in rings], mask.shape)
    return Bitmap(mask, left, top, cut)


def _inside(rings: Sequence[NDArray[np.float64]], size: Size) -> NDArray[np.bool_]:
    """Return whether the centre of each pixel lies inside an odd number of rings: bool [H, W].

    Along a row a pixel changes sides at each edge that crosses the row's middle left of its centre.
    """
    height, width = size
    crossings = np.zeros((height, width + 1), np.uint8)  # odd or even is all that counts
    for ring in rings:
        start, stop = ring, np.roll(ring, -1, axis=0)
        low, high = np.minimum(start[:, 1], stop[:, 1]), np.maximum(start[:, 1], stop[:, 1])
        first = np.ceil(low - 0.5).clip(0, height).astype(np.int64)
        count = np.ceil(high - 0.5).clip(0, height).astype(np.int64) - first
        edge = np.repeat(np.arange(len(ring)), count)
        row = first[edge] + np.arange(len(edge)) - np.repeat(np.cumsum(count) - count, count)
        (x0, y0), (x1, y1) = start[edge].T, stop[edge].T
        x = x0 + (row + 0.5 - y0) * (x1 - x0) / (y1 - y0)
        np.add.at(crossings, (row, np.ceil(x - 0.5).clip(0, width).astype(np.int64)), 1)
    return np.bitwise_xor.accumulate(crossings & 1, axis=1)[:, :width].astype(bool)
