"""Screws, and the empty holes where one is missing."""

from collections.abc import Callable

from laecips_eval.inspection_scene.drawing.random_stream import RandomStream
from laecips_eval.inspection_scene.drawing.sprites import Colour, Pen, Sprite, regular, turned
from laecips_eval.inspection_scene.parts.materials import clamped

RELIEF = 26
FINISHES: tuple[Colour, ...] = (
    (186, 188, 190),  # stainless
    (172, 156, 106),  # yellow zinc
    (74, 74, 78),  # black oxide
    (206, 204, 196),  # nickel
    (150, 128, 88),  # brass, old
)
DARK: Colour = (18, 18, 20)


def draw_screw(stream: RandomStream, *, radius: float) -> Sprite:
    """Draw a screw of the given head radius in pixels, with one of five drives."""
    light = stream.integer(-14, 10)
    finish = clamped(tuple(v + light + stream.integer(-4, 4) for v in stream.choice(FINISHES)))
    pen = Pen(2 * radius + 2, 2 * radius + 2)
    stream.choice(DRIVES)(pen, radius, finish)
    return pen.sprite(stream.uniform(1, 359))


def draw_missing_screw(stream: RandomStream, *, radius: float) -> Sprite:
    """Draw the seat of a missing screw: the ring that its head pressed, and the threaded hole."""
    pen = Pen(2 * radius + 2, 2 * radius + 2)
    ring = stream.choice(((122, 120, 116), (150, 146, 138), (92, 92, 92)))
    pen.disc((0, 0), radius, ring, -6, body=True)
    pen.disc((0, 0), radius * 0.78, clamped(tuple(value - 34 for value in ring)), -20)
    pen.disc((0, 0), radius * 0.58, (34, 33, 33), -70)
    # A glint on the upper turn of the thread.
    arc = [turned((radius * 0.46, 0.0), angle) for angle in range(200, 320, 12)]
    pen.line(arc, 1.0, (120, 116, 108))
    pen.disc((radius * 0.08, radius * 0.08), radius * 0.3, (8, 8, 9), -100)
    return pen.sprite(stream.uniform(-40, 40))


def _head(pen: Pen, radius: float, finish: Colour) -> None:
    """Draw a domed head: rings that rise towards the middle."""
    for step in range(5):
        inner = radius * (1 - 0.13 * step)
        tone = clamped(tuple(value - 34 + 10 * step for value in finish))
        pen.disc((0, 0), inner, tone, 8 + RELIEF * (step + 1) // 6, body=step == 0)


def _phillips(pen: Pen, radius: float, finish: Colour) -> None:
    _head(pen, radius, finish)
    for angle in (0, 90):
        arm = turned((radius * 0.55, 0.0), angle)
        pen.line([(-arm[0], -arm[1]), arm], radius * 0.24, DARK, 0)


def _slotted(pen: Pen, radius: float, finish: Colour) -> None:
    _head(pen, radius, finish)
    pen.line([(-radius * 0.86, 0), (radius * 0.86, 0)], radius * 0.2, DARK, 2)


def _socket(pen: Pen, radius: float, finish: Colour) -> None:
    """Draw a cap screw with a hexagon socket and a knurled rim."""
    pen.disc((0, 0), radius, clamped(tuple(value - 40 for value in finish)), 16, body=True)
    pen.disc((0, 0), radius * 0.86, finish, 34)
    pen.polygon(regular(6, radius * 0.5), DARK, -10)


def _torx(pen: Pen, radius: float, finish: Colour) -> None:
    _head(pen, radius, finish)
    pen.disc((0, 0), radius * 0.36, DARK, 0)
    for lobe in regular(6, radius * 0.38):
        pen.disc(lobe, radius * 0.13, DARK, 0)


def _hexagon(pen: Pen, radius: float, finish: Colour) -> None:
    """Draw a hexagon bolt on a washer."""
    pen.disc((0, 0), radius, clamped(tuple(value - 16 for value in finish)), 6, body=True)
    pen.polygon(regular(6, radius * 0.82), clamped(tuple(value + 6 for value in finish)), 36)
    pen.disc((0, 0), radius * 0.56, clamped(tuple(value + 18 for value in finish)), 42)


DRIVES: tuple[Callable[[Pen, float, Colour], None], ...] = (
    _phillips,
    _slotted,
    _socket,
    _torx,
    _hexagon,
)
