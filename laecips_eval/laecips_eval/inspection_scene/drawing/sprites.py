"""Drawing of one part: a pen with four times the picture's resolution, and its sprite.

A part is drawn as flat colours and a *relief* (how far the surface stands out). Highlights and
shadows follow from the relief once the part lies on the scene: a turned part is lit like others.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from laecips_eval.inspection_scene.drawing.exact_pixels import add, blur
from laecips_eval.inspection_scene.drawing.textures import Offsets

Colour = tuple[int, int, int]
Point = tuple[float, float]
LEVEL = 128
"""Relief of the surface that a part lies on."""

_DRAWN = 4  # pixels of the pen per pixel of the picture
_TURNED = 2  # the resolution at which a sprite is rotated


@dataclass(frozen=True)
class Sprite:
    """A drawn part, centred in its arrays.

    Attributes:
        colour: uint8 [h, w, 3].
        relief: uint8 [h, w], LEVEL is level with what lies below.
        coverage: uint8 [h, w], 0..255, soft at the rim.
        mask: bool [h, w], the pixels that are labelled as this part.
    """

    colour: NDArray[np.uint8]
    relief: NDArray[np.uint8]
    coverage: NDArray[np.uint8]
    mask: NDArray[np.bool_]

    def textured(self, offsets: Offsets) -> "Sprite":
        """Return the sprite with a texture [h, w] added to its colour."""
        return Sprite(add(self.colour, offsets), self.relief, self.coverage, self.mask)


class Pen:
    """Draws one part in a box of width x height; coordinates are pixels from its centre."""

    def __init__(self, width: float, height: float) -> None:
        self.width = math.ceil(width / 2) * 2 + 4
        self.height = math.ceil(height / 2) * 2 + 4
        rows, columns = self.height * _DRAWN, self.width * _DRAWN
        self._colour = np.zeros((rows, columns, 3), np.uint8)
        self._relief = np.full((rows, columns), LEVEL, np.uint8)
        self._coverage = np.zeros((rows, columns), np.uint8)
        self._mask: NDArray[np.uint8] | None = None

    def polygon(
        self,
        points: Sequence[Point],
        colour: Colour | None,
        relief: int | None = None,
        *,
        body: bool = False,
    ) -> None:
        """Fill a polygon; `relief` counts from what lies below, `body` adds it to the part."""
        corners = np.array([self._at(point) for point in points], np.int32)
        for plane, value in self._planes(colour, relief, body):
            cv2.fillPoly(plane, [corners], value)

    def box(
        self,
        centre: Point,
        size: Point,
        colour: Colour | None,
        relief: int | None = None,
        *,
        radius: float = 0.0,
        body: bool = False,
    ) -> None:
        """Fill a rectangle, its corners rounded by `radius`."""
        self.polygon(rounded_box(centre, size, radius), colour, relief, body=body)

    def disc(
        self,
        centre: Point,
        radius: float,
        colour: Colour | None,
        relief: int | None = None,
        *,
        body: bool = False,
    ) -> None:
        """Fill a circle."""
        for plane, value in self._planes(colour, relief, body):
            cv2.circle(plane, self._at(centre), max(1, round(radius * _DRAWN)), value, cv2.FILLED)

    def line(
        self,
        points: Sequence[Point],
        width: float,
        colour: Colour | None,
        relief: int | None = None,
        *,
        body: bool = False,
    ) -> None:
        """Stroke a polyline with round joints; ValueError when it leaves the box."""
        path = self._path(points)
        for plane, value in self._planes(colour, relief, body):
            cv2.polylines(plane, [path], False, value, max(1, round(width * _DRAWN)))

    def raised(
        self, shape: Sequence[Point], colour: Colour, relief: int, *, edge: float = 1.6
    ) -> None:
        """Return a body whose rim slopes up over about `edge` pixels."""
        self.polygon(shape, colour, relief // 3, body=True)
        for step in (1, 2, 3):
            inner = shrunk(shape, edge * step / 3)
            self.polygon(inner, None, relief * (step + 1) // 4)

    def label_stroke(self, points: Sequence[Point], width: float) -> None:
        """Label a stroke as this part although its colour covers only some of it."""
        if self._mask is None:
            self._mask = np.zeros_like(self._coverage)
        cv2.polylines(self._mask, [self._path(points)], False, 255, max(1, round(width * _DRAWN)))

    def sprite(self, degrees: float = 0.0) -> Sprite:
        """Return what was drawn, rotated clockwise, at the picture's resolution."""
        planes = [self._colour, self._relief, self._coverage]
        planes.append(self._coverage if self._mask is None else self._mask)
        if degrees % 360:
            planes = _rotated([_reduced(plane, _DRAWN // _TURNED) for plane in planes], degrees)
            colour, relief, coverage, mask = (_reduced(plane, _TURNED) for plane in planes)
        else:
            colour, relief, coverage, mask = (_reduced(plane, _DRAWN) for plane in planes)
        return Sprite(colour, blur(relief, 0.5), coverage, mask >= 128)

    def _path(self, points: Sequence[Point]) -> NDArray[np.int32]:
        path = np.array([self._at(point) for point in points], np.int32)
        # Versions of OpenCV draw lines that leave the picture differently; polygons they do not.
        if path.min() < 0 or (path >= (self.width * _DRAWN, self.height * _DRAWN)).any():
            raise ValueError(f"a line leaves the box of {self.width} x {self.height} pixels")
        return path

    def _at(self, point: Point) -> tuple[int, int]:
        return (
            round((point[0] + self.width / 2) * _DRAWN),
            round((point[1] + self.height / 2) * _DRAWN),
        )

    def _planes(
        self, colour: Colour | None, relief: int | None, body: bool
    ) -> list[tuple[NDArray[np.uint8], Colour | int]]:
        planes: list[tuple[NDArray[np.uint8], Colour | int]] = []
        if colour is not None:
            planes.append((self._colour, colour))
        if relief is not None:
            planes.append((self._relief, max(0, min(255, LEVEL + relief))))
        if body:
            planes.append((self._coverage, 255))
        return planes


def rounded_box(centre: Point, size: Point, radius: float) -> list[Point]:
    """Return the corner points of a rectangle with rounded corners."""
    half_x, half_y = size[0] / 2, size[1] / 2
    radius = min(radius, half_x, half_y)
    if radius <= 0:
        signs = ((-1, -1), (1, -1), (1, 1), (-1, 1))
        return [(centre[0] + sx * half_x, centre[1] + sy * half_y) for sx, sy in signs]
    points = []
    for quarter, (sx, sy) in enumerate(((1, 1), (-1, 1), (-1, -1), (1, -1))):
        for step in range(7):
            angle = (quarter + step / 6) * math.pi / 2
            x = centre[0] + sx * (half_x - radius) + radius * math.cos(angle)
            y = centre[1] + sy * (half_y - radius) + radius * math.sin(angle)
            points.append((x, y))
    return points


def regular(sides: int, radius: float, *, turn: float = 0.0) -> list[Point]:
    """Return the corners of a regular polygon around the origin; `turn` in degrees."""
    return [turned((radius, 0.0), turn + 360.0 * side / sides) for side in range(sides)]


def turned(point: Point, degrees: float) -> Point:
    """Return the point rotated clockwise (in a picture's axes) around the origin."""
    cosine, sine = math.cos(math.radians(degrees)), math.sin(math.radians(degrees))
    return (point[0] * cosine - point[1] * sine, point[0] * sine + point[1] * cosine)


def shrunk(shape: Sequence[Point], margin: float) -> list[Point]:
    """Return the shape scaled towards its centre, so that its rim moves in by `margin` pixels."""
    xs, ys = [p[0] for p in shape], [p[1] for p in shape]
    centre = ((min(xs) + max(xs)) / 2, (min(ys) + max(ys)) / 2)
    half = ((max(xs) - min(xs)) / 2, (max(ys) - min(ys)) / 2)
    factor = [max(0.05, (extent - margin) / extent) if extent else 1.0 for extent in half]
    return [
        (centre[0] + (x - centre[0]) * factor[0], centre[1] + (y - centre[1]) * factor[1])
        for x, y in shape
    ]


def _reduced(plane: NDArray[np.uint8], factor: int) -> NDArray[np.uint8]:
    size = (plane.shape[1] // factor, plane.shape[0] // factor)
    return np.asarray(cv2.resize(plane, size, interpolation=cv2.INTER_AREA), dtype=np.uint8)


def _rotated(planes: list[NDArray[np.uint8]], degrees: float) -> list[NDArray[np.uint8]]:
    height, width = planes[0].shape[:2]
    cosine, sine = math.cos(math.radians(degrees)), math.sin(math.radians(degrees))
    tall = _even(abs(height * cosine) + abs(width * sine))
    wide = _even(abs(width * cosine) + abs(height * sine))
    # Where each pixel of the result comes from, in 32nds of a pixel.
    x = np.arange(wide, dtype=np.float64)[None, :] - (wide - 1) / 2
    y = np.arange(tall, dtype=np.float64)[:, None] - (tall - 1) / 2
    from_x = np.floor((x * cosine + y * sine + (width - 1) / 2) * 32 + 0.5).astype(np.int32)
    from_y = np.floor((y * cosine - x * sine + (height - 1) / 2) * 32 + 0.5).astype(np.int32)
    whole = np.stack([from_x >> 5, from_y >> 5], axis=-1).astype(np.int16)
    part = ((from_y & 31) * 32 + (from_x & 31)).astype(np.uint16)
    outside = (0, LEVEL, 0, 0)
    return [
        np.asarray(
            cv2.remap(plane, whole, part, cv2.INTER_LINEAR, borderValue=(border,) * 3), np.uint8
        )
        for plane, border in zip(planes, outside, strict=True)
    ]


def _even(length: float) -> int:
    return math.ceil(length / (2 * _TURNED)) * 2 * _TURNED
