"""What lies under the parts: plates, circuit boards, the belt, and the rails that run along."""

from dataclasses import dataclass
from itertools import pairwise

import cv2
import numpy as np
from numpy.typing import NDArray

from laecips_eval.inspection_scene.drawing.exact_pixels import add, blur
from laecips_eval.inspection_scene.drawing.lettering import part_number, text_width, write
from laecips_eval.inspection_scene.drawing.random_stream import RandomStream
from laecips_eval.inspection_scene.drawing.sprites import LEVEL, Colour, Pen, regular, turned
from laecips_eval.inspection_scene.drawing.textures import TEXTURES, clouds
from laecips_eval.inspection_scene.parts.materials import METALS, Material, clamped

PLATES = (
    Material((164, 166, 168), "brushed", 15),  # bare steel
    Material((186, 188, 184), "grain", 6),  # light paint
    Material((198, 190, 166), "grain", 6),  # beige paint
    Material((84, 88, 94), "grain", 7),  # anodised
    Material((96, 116, 140), "grain", 6),  # blue grey paint
    Material((118, 132, 118), "grain", 6),  # machine green
)
BELTS = (
    Material((50, 51, 54), "rubber", 9),
    Material((66, 84, 76), "rubber", 8),
    Material((98, 100, 104), "rubber", 8),
)
BOARDS: tuple[Colour, ...] = (
    (36, 88, 58),
    (30, 62, 108),
    (44, 46, 50),
    (104, 44, 46),
    (58, 104, 74),
)


@dataclass
class Surface:
    """A piece of ground: uint8 colour [h, w, 3] and uint8 relief [h, w] around LEVEL."""

    colour: NDArray[np.uint8]
    relief: NDArray[np.uint8]


def draw_plate(stream: RandomStream, width: int, height: int) -> Surface:
    """Draw a metal or painted plate: blotches, seams, rivets, small drilled holes, an engraving."""
    material = stream.choice(PLATES).varied(stream)
    surface = _ground(stream, width, height, material, blotch=9)
    for _ in range(width // 260):
        x = stream.integer(10, width - 10)
        _seam(surface, [(x, 0), (x, height)], material.tone(-52))
    for _ in range(width * height // 26000):
        centre = (stream.integer(0, width), stream.integer(0, height))
        if stream.chance(0.5):
            _dot(surface, centre, 4, material.tone(22), 14)
        else:
            _dot(surface, centre, stream.integer(2, 4), (26, 26, 28), -30)
    _stains(surface, stream, width * height // 60000)
    return _softened(surface)


def draw_belt(stream: RandomStream, width: int, height: int) -> Surface:
    """Draw a rubber belt: pressed weave, wear streaks along, a slanted splice, chalk marks."""
    material = stream.choice(BELTS).varied(stream, 8)
    surface = _ground(stream, width, height, material, blotch=8)
    for _ in range(width // 90):
        y, x = stream.integer(0, height), stream.integer(0, width)
        streak = material.tone(stream.choice((-12, 10, 18)))
        end = (x + stream.integer(40, 220), y + stream.integer(-3, 3))
        _stroke(surface.colour, [(x, y), end], streak, stream.integer(1, 3))
    x = stream.integer(0, width)
    _seam(surface, [(x, 0), (x + height // 4, height)], material.tone(-22))
    _stains(surface, stream, width * height // 40000)
    return _softened(surface)


def draw_board(stream: RandomStream, width: int, height: int) -> Surface:
    """Draw a circuit board: tracks, vias, pads, printed outlines and numbers."""
    base = clamped(tuple(value + stream.integer(-8, 8) for value in stream.choice(BOARDS)))
    mask = Material(base, "grain", 5)
    surface = _ground(stream, width, height, mask, blotch=5)
    for _ in range(width * height // 7000):
        _track(
            surface,
            stream,
            (stream.integer(0, width), stream.integer(0, height)),
            mask.tone(stream.choice((14, 20, -12))),
        )
    for _ in range(width * height // 5200):
        centre = (stream.integer(0, width), stream.integer(0, height))
        _dot(surface, centre, 4, (188, 160, 88), 2)
        _dot(surface, centre, 2, (30, 30, 28), -10)
    for _ in range(width * height // 16000):
        x, y = stream.integer(0, width), stream.integer(0, height)
        w, h = stream.integer(14, 46), stream.integer(10, 26)
        cv2.rectangle(surface.colour, (x, y), (x + w, y + h), (204, 206, 198), 1)
        for pad in (x + 2, x + w - 6):
            cv2.rectangle(
                surface.colour, (pad, y + 3), (pad + 4, y + h - 3), (192, 190, 184), cv2.FILLED
            )
        _print(surface, stream, (x, y + h + 2), (204, 206, 198))
    return _softened(surface)


def draw_rail(stream: RandomStream, width: int, height: int) -> Surface:
    """Draw a rail of the full width: a perforated mounting rail or a slotted aluminium profile."""
    metal = stream.choice(METALS).varied(stream, 16)
    surface = _ground(stream, width, height, metal, blotch=6)
    rows = surface.relief
    if stream.chance(0.5):
        _profile(
            rows, ((0, 24), (5, 34), (7, 12), (height - 7, 12), (height - 5, 34), (height, 24))
        )
        slot, pitch = stream.integer(16, 22), stream.integer(34, 44)
        for x in range(stream.integer(0, pitch), width - slot, pitch):
            hole = [(x, height // 2), (x + slot, height // 2)]
            _stroke(surface.colour, hole, (34, 34, 36), 7)
            _stroke(surface.relief, hole, LEVEL - 14, 7)
    else:
        middle = height // 2
        _profile(
            rows,
            (
                (0, 30),
                (middle - 8, 32),
                (middle - 6, 4),
                (middle + 6, 4),
                (middle + 8, 32),
                (height, 30),
            ),
        )
        surface.colour[middle - 6 : middle + 7] = surface.colour[middle - 6 : middle + 7] // 5 * 2
        for y in (6, height - 7):
            _stroke(surface.colour, [(0, y), (width, y)], metal.tone(-34), 1)
    return _softened(surface)


def _ground(
    stream: RandomStream, width: int, height: int, material: Material, *, blotch: int
) -> Surface:
    colour = np.empty((height, width, 3), np.uint8)
    colour[:] = material.colour
    texture = TEXTURES[material.texture](stream.child(1), height, width, material.amplitude)
    texture = texture + clouds(stream.child(2), height, width, blotch)
    return Surface(add(colour, texture), np.full((height, width), LEVEL, np.uint8))


def _softened(surface: Surface) -> Surface:
    """Smooth the edges of a drawing without anti-aliasing."""
    return Surface(blur(surface.colour, 0.55), blur(surface.relief, 0.7))


def _profile(relief: NDArray[np.uint8], knots: tuple[tuple[int, int], ...]) -> None:
    """Return the relief across a rail, linear between (row, height) knots."""
    for (start, low), (stop, high) in pairwise(knots):
        for row in range(start, min(stop, relief.shape[0])):
            relief[row] = LEVEL + low + (high - low) * (row - start) // max(1, stop - start)


def _seam(surface: Surface, points: list[tuple[int, int]], colour: Colour) -> None:
    _stroke(surface.colour, points, colour, 2)
    _stroke(surface.relief, points, LEVEL - 14, 2)


def _stroke(
    plane: NDArray[np.uint8], points: list[tuple[int, int]], value: Colour | int, width: int
) -> None:
    # Versions of OpenCV draw lines that leave the picture differently, so none does.
    bounds = (plane.shape[1] - 1, plane.shape[0] - 1)
    path = np.clip(np.array(points, np.int32), 0, np.array(bounds, np.int32))
    cv2.polylines(plane, [path], False, value, width)


def _dot(
    surface: Surface, centre: tuple[int, int], radius: int, colour: Colour, relief: int
) -> None:
    cv2.circle(surface.colour, centre, radius, colour, cv2.FILLED)
    cv2.circle(surface.relief, centre, radius, LEVEL + relief, cv2.FILLED)


def _stains(surface: Surface, stream: RandomStream, count: int) -> None:
    """Draw oil and fingerprints: flat dark blots that are not dents."""
    height, width = surface.relief.shape
    blots = np.zeros((height, width), np.uint8)
    for _ in range(count):
        long, short = stream.integer(6, 26), stream.integer(4, 16)
        x, y, turn = stream.integer(0, width), stream.integer(0, height), stream.uniform(0, 180)
        # Not cv2.ellipse: its corner points differ between versions of OpenCV.
        rim = [turned((px * long, py * short), turn) for px, py in regular(24, 1.0)]
        corners = np.array([(round(x + px), round(y + py)) for px, py in rim], np.int32)
        cv2.fillPoly(blots, [corners], stream.integer(14, 34))
    surface.colour -= np.minimum(surface.colour, blur(blots, 3)[:, :, None])


def _track(surface: Surface, stream: RandomStream, start: tuple[int, int], colour: Colour) -> None:
    """Draw parallel conductors that run straight, then at 45 degrees, then straight."""
    run, slant = stream.integer(30, 130), stream.integer(10, 40) * stream.sign()
    for lane in range(stream.integer(1, 5)):
        x, y = start[0], start[1] + lane * 5
        corners = [
            (x, y),
            (x + run, y),
            (x + run + abs(slant), y + slant),
            (x + 2 * run, y + slant),
        ]
        _stroke(surface.colour, corners, colour, 2)


def _print(surface: Surface, stream: RandomStream, corner: tuple[int, int], colour: Colour) -> None:
    text = part_number(stream)[3:]
    pen = Pen(text_width(text, 1.0), 8)
    write(pen, (0, 0), text, 1.0, colour)
    stamp = pen.sprite().colour
    x, y = corner
    patch = surface.colour[y : y + stamp.shape[0], x : x + stamp.shape[1]]
    np.maximum(patch, stamp[: patch.shape[0], : patch.shape[1]], out=patch)
