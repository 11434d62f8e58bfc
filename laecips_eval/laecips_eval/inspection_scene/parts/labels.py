"""Stickers and type plates."""

from collections.abc import Callable

from laecips_eval.inspection_scene.drawing.lettering import (
    bar_code,
    matrix_code,
    part_number,
    rating,
    text_width,
    write,
)
from laecips_eval.inspection_scene.drawing.random_stream import RandomStream
from laecips_eval.inspection_scene.drawing.sprites import Colour, Pen, Sprite, rounded_box
from laecips_eval.inspection_scene.parts import foreign_parts
from laecips_eval.inspection_scene.parts.makes import Make
from laecips_eval.inspection_scene.parts.materials import Material, clamped

SMALLEST = (34.0, 20.0)
INK: Colour = (28, 28, 32)


def draw_label(
    stream: RandomStream, *, width: float, height: float, make: Make, degrees: float = 0.0
) -> Sprite:
    """Draw a label that fits into width x height pixels (at least `SMALLEST`)."""
    style = stream.choice(STYLES[make])
    pen, material = style(stream, min(width, 92.0), min(height, 48.0))
    return material.on(pen.sprite(degrees), stream.child(1))


def _blank(width: float, height: float, paper: Colour, radius: float = 1.5) -> Pen:
    pen = Pen(width, height)
    pen.polygon(rounded_box((0, 0), (width, height), radius), paper, 4, body=True)
    return pen


def _dot(text: str, width: float, height: float) -> float:
    """Return the largest dot size at which a line fits, up to a plausible print size."""
    return max(0.7, min(1.6, width / text_width(text, 1.0), height / 7.0))


def _bar_coded(stream: RandomStream, width: float, height: float) -> tuple[Pen, Material]:
    """Draw white paper: a line of text above a bar code."""
    paper = Material((226, 226, 220), "smooth", 4).varied(stream, 8)
    pen = _blank(width, height, paper.colour)
    text = part_number(stream)
    write(pen, (0, -height * 0.24), text, _dot(text, width - 8, height * 0.34), INK)
    bar_code(pen, stream, (0, height * 0.2), (width - 9, height * 0.42), INK)
    return pen, paper


def _warning(stream: RandomStream, width: float, height: float) -> tuple[Pen, Material]:
    """Draw a yellow label: a warning triangle, and text where there is room."""
    paper = Material((226, 186, 46), "smooth", 4).varied(stream, 8)
    pen = _blank(width, height, paper.colour, 3)
    side = min(height * 0.84, width * 0.5)
    x = -width / 2 + side * 0.62
    pen.polygon([(x, -side / 2), (x + side * 0.55, side / 2), (x - side * 0.55, side / 2)], INK)
    pen.polygon(
        [(x, -side * 0.3), (x + side * 0.34, side * 0.37), (x - side * 0.34, side * 0.37)],
        paper.colour,
    )
    write(pen, (x, side * 0.12), "!", side * 0.055, INK)
    room = width / 2 - (x + side * 0.55) - 4
    if room > 16:
        text = rating(stream)
        centre = (x + side * 0.55 + room / 2 + 1, 0.0)
        write(pen, centre, text, _dot(text, room, height * 0.4), INK)
    return pen, paper


def _type_plate(stream: RandomStream, width: float, height: float) -> tuple[Pen, Material]:
    """Draw bare metal: engraved lines of text in a frame."""
    plate = Material((176, 178, 180), "brushed", 10).varied(stream, 10)
    pen = _blank(width, height, plate.colour)
    pen.box((0, 0), (width - 3, height - 3), (70, 70, 74))
    pen.box((0, 0), (width - 5, height - 5), plate.colour)
    lines = [part_number(stream), rating(stream), "N " + part_number(stream)[3:]][
        : max(1, int(height // 11))
    ]
    for index, text in enumerate(lines):
        y = (index + 0.5) * (height - 6) / len(lines) - (height - 6) / 2
        write(pen, (0, y), text, _dot(text, width - 10, 7.7), (52, 52, 56))
    return pen, plate


def _tag(stream: RandomStream, width: float, height: float) -> tuple[Pen, Material]:
    """Draw a coloured band over white, one word."""
    paper = Material((222, 222, 218), "smooth", 4).varied(stream, 8)
    band = stream.choice(((46, 92, 160), (180, 52, 48), (52, 128, 76)))
    pen = _blank(width, height, paper.colour)
    pen.box((0, -height * 0.32), (width, height * 0.36), band)
    text = rating(stream)
    write(pen, (0, height * 0.16), text, _dot(text, width - 8, height * 0.44), INK)
    return pen, paper


def _inverted(stream: RandomStream, width: float, height: float) -> tuple[Pen, Material]:
    """Draw a black label with white print and a data matrix."""
    paper = Material((34, 34, 38), "smooth", 4).varied(stream, 6)
    pen = _blank(width, height, paper.colour)
    side = min(height - 6, width * 0.4)
    matrix_code(pen, stream, (-width / 2 + side / 2 + 3, 0), side, (224, 224, 224))
    text = part_number(stream)
    centre = (side / 2 + 2, 0.0)
    write(pen, centre, text, _dot(text, width - side - 9, height * 0.4), (224, 224, 224))
    return pen, paper


def _seal(stream: RandomStream, width: float, height: float) -> tuple[Pen, Material]:
    """Draw a round seal, green or red, with a tick."""
    radius = min(width, height) / 2
    colour = stream.choice(((52, 150, 82), (196, 58, 54), (66, 120, 190)))
    seal = Material(colour, "smooth", 4).varied(stream, 10)
    pen = Pen(2 * radius, 2 * radius)
    pen.disc((0, 0), radius, (228, 228, 224), 4, body=True)
    pen.disc((0, 0), radius * 0.86, seal.colour)
    tick = [(-radius * 0.4, 0.0), (-radius * 0.1, radius * 0.34), (radius * 0.46, -radius * 0.36)]
    pen.line(tick, radius * 0.2, (236, 236, 232))
    return pen, seal


def _striped(stream: RandomStream, width: float, height: float) -> tuple[Pen, Material]:
    """Draw hazard tape: slanted stripes around a number."""
    base = stream.choice(((226, 226, 222), (226, 130, 46)))
    paper = Material(base, "smooth", 4).varied(stream, 8)
    pen = _blank(width, height, paper.colour)
    x = -width / 2
    while x < width / 2 + height:
        top, bottom = -height / 2, height / 2
        stripe = [(x - 3, top), (x + 3, top), (x + 3 - height, bottom), (x - 3 - height, bottom)]
        pen.polygon(stripe, INK)
        x += 13
    pen.box((0, 0), (width * 0.62, height * 0.56), clamped(paper.colour))
    text = part_number(stream)[3:]
    write(pen, (0, 0), text, _dot(text, width * 0.54, height * 0.42), INK)
    return pen, paper


Style = Callable[[RandomStream, float, float], tuple[Pen, Material]]
STYLES: dict[Make, tuple[Style, ...]] = {
    Make.USUAL: (_bar_coded, _warning, _type_plate, _tag),
    Make.NEW: (_inverted, _seal, _striped),
    Make.FOREIGN: foreign_parts.LABELS,
}
