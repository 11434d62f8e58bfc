"""Cables: bent round bars along a curve."""

import math
from collections.abc import Sequence
from itertools import pairwise

from laecips_eval.inspection_scene.drawing.random_stream import RandomStream
from laecips_eval.inspection_scene.drawing.sprites import Colour, Pen, Point, Sprite
from laecips_eval.inspection_scene.parts.materials import clamped

SHEATHS: tuple[Colour, ...] = (
    (38, 39, 42),
    (128, 130, 132),
    (52, 84, 152),
    (168, 50, 48),
    (206, 124, 48),
    (66, 120, 72),
    (204, 202, 194),
    (216, 186, 66),
)


def draw_cable(
    stream: RandomStream, path: Sequence[Point], *, width: float
) -> tuple[Sprite, Point]:
    """Draw a cable along a path of scene coordinates.

    Returns:
        The sprite and the scene point on which its centre belongs.
    """
    xs, ys = [p[0] for p in path], [p[1] for p in path]
    centre = ((min(xs) + max(xs)) / 2, (min(ys) + max(ys)) / 2)
    local = [(x - centre[0], y - centre[1]) for x, y in path]
    pen = Pen(max(xs) - min(xs) + 2 * width, max(ys) - min(ys) + 2 * width)
    sheath = clamped(tuple(v + stream.integer(-12, 12) for v in stream.choice(SHEATHS)))
    # A round bar in five strokes: the narrower, the higher.
    for share, height in ((1.0, 8), (0.86, 22), (0.68, 32), (0.46, 38), (0.22, 41)):
        pen.line(local, width * share, sheath, height, body=share == 1.0)
    if stream.chance(0.35):
        _corrugate(pen, local, width, clamped(tuple(v - 30 for v in sheath)))
    elif stream.chance(0.4):
        stripe = stream.choice(((230, 228, 220), (220, 190, 60), (40, 40, 42)))
        pen.line([(x, y - width * 0.16) for x, y in local], max(1.0, width * 0.14), stripe)
    return pen.sprite(), centre


def bend(start: Point, end: Point, *, slack: Point) -> list[Point]:
    """Draw a cubic curve that leaves `start` along `slack` and comes into `end` against it."""
    steps = 28
    first = (start[0] + slack[0], start[1] + slack[1])
    last = (end[0] + slack[0], end[1] + slack[1])
    points = []
    for step in range(steps + 1):
        t = step / steps
        weights = ((1 - t) ** 3, 3 * t * (1 - t) ** 2, 3 * t * t * (1 - t), t**3)
        corners = (start, first, last, end)
        points.append(
            (
                sum(w * c[0] for w, c in zip(weights, corners, strict=True)),
                sum(w * c[1] for w, c in zip(weights, corners, strict=True)),
            )
        )
    return points


def wave(start: Point, end: Point, *, swing: float, periods: float) -> list[Point]:
    """Draw a slack line from `start` to `end` that swings to both sides."""
    points, steps = [], 40
    for step in range(steps + 1):
        t = step / steps
        across = swing * math.sin(2 * math.pi * periods * t)
        points.append(
            (start[0] + (end[0] - start[0]) * t, start[1] + (end[1] - start[1]) * t + across)
        )
    return points


def _corrugate(pen: Pen, path: Sequence[Point], width: float, colour: Colour) -> None:
    """Draw rings of a flexible conduit, one about every four pixels."""
    since = 0.0
    for (x0, y0), (x1, y1) in pairwise(path):
        length = math.sqrt((x1 - x0) * (x1 - x0) + (y1 - y0) * (y1 - y0))
        if length == 0:
            continue
        across = (-(y1 - y0) / length * width * 0.46, (x1 - x0) / length * width * 0.46)
        along = 4.0 - since
        while along < length:
            x, y = x0 + (x1 - x0) * along / length, y0 + (y1 - y0) * along / length
            pen.line(
                [(x - across[0], y - across[1]), (x + across[0], y + across[1])], 1.5, colour, 16
            )
            along += 4.0
        since = length - (along - 4.0)
