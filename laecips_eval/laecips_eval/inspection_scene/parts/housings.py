"""Enclosures: what carries screws, labels and connectors."""

from collections.abc import Callable
from dataclasses import dataclass

from laecips_eval.inspection_scene.drawing.random_stream import RandomStream
from laecips_eval.inspection_scene.drawing.sprites import (
    Pen,
    Point,
    Sprite,
    regular,
    rounded_box,
    shrunk,
)
from laecips_eval.inspection_scene.parts import foreign_parts
from laecips_eval.inspection_scene.parts.makes import Make
from laecips_eval.inspection_scene.parts.materials import PLASTICS, Material, clamped

RELIEF = 64


@dataclass(frozen=True)
class Housing:
    """A drawn housing and where things may be put on it, relative to its centre, before rotation.

    Attributes:
        sprite: the picture.
        screws: places made for a screw.
        label: centre of the free area.
        label_room: width and height of the free area, pixels.
    """

    sprite: Sprite
    screws: tuple[Point, ...]
    label: Point
    label_room: Point


Drawn = tuple[tuple[Point, ...], Point, Point]


def draw_housing(
    stream: RandomStream, width: float, height: float, *, make: Make, degrees: float = 0.0
) -> Housing:
    """Draw a housing of about the given size, of one of the styles of a make."""
    material = stream.choice(PLASTICS[make]).varied(stream)
    style = stream.choice(STYLES[make])
    pen = Pen(width, height)
    screws, label, room = style(pen, stream, width, height, material)
    sprite = material.on(pen.sprite(degrees), stream.child(1))
    return Housing(sprite, screws, label, room)


def _corners(width: float, height: float, inset: float) -> tuple[Point, ...]:
    x, y = width / 2 - inset, height / 2 - inset
    return ((-x, -y), (x, -y), (x, y), (-x, y))


def _box(pen: Pen, stream: RandomStream, width: float, height: float, material: Material) -> Drawn:
    """Draw a lid with a groove around it and a screw in each corner."""
    pen.raised(rounded_box((0, 0), (width, height), 7), material.tone(-8), RELIEF)
    outer = rounded_box((0, 0), (width - 9, height - 9), 5)
    pen.polygon(outer, material.tone(-38), RELIEF - 14)
    pen.polygon(shrunk(outer, 1.6), material.colour, RELIEF)
    if stream.chance(0.5):
        _led_row(pen, stream, (0, height / 2 - 13))
    return _corners(width, height, 16), (0.0, -2.0), (width - 52, height - 42)


def _ribbed(
    pen: Pen, stream: RandomStream, width: float, height: float, material: Material
) -> Drawn:
    """Draw a plastic box with ribs over its lower half, two screws at the sides."""
    pen.raised(rounded_box((0, 0), (width, height), 10), material.colour, RELIEF)
    first, last, pitch = -width / 2 + 14, width / 2 - 14, stream.choice((7.0, 8.0, 9.5))
    x = first
    while x <= last:
        pen.line([(x, height * 0.1), (x, height / 2 - 9)], 3.0, material.tone(-26), RELIEF - 12)
        x += pitch
    side = width / 2 - 15
    return (
        ((-side, -height / 4), (side, -height / 4)),
        (0.0, -height / 4),
        (width - 60, height * 0.34),
    )


def _vented(
    pen: Pen, stream: RandomStream, width: float, height: float, material: Material
) -> Drawn:
    """Draw a sheet-metal or plastic cover with rows of cooling slots."""
    pen.raised(rounded_box((0, 0), (width, height), 3), material.colour, RELIEF)
    pen.line(
        [(-width / 2 + 4, -height / 6), (width / 2 - 4, -height / 6)],
        1.3,
        material.tone(-44),
        RELIEF - 8,
    )
    slot = stream.choice((9.0, 12.0, 16.0))
    y = -height / 6 + 9
    while y < height / 2 - 7:
        x = -width / 2 + 30
        while x < width / 2 - 30:
            pen.line([(x - slot / 2, y), (x + slot / 2, y)], 3.2, (22, 22, 24), RELIEF - 30)
            x += slot + 6.5
        y += 7.5
    return _corners(width, height, 14), (0.0, -height / 3), (width - 56, height * 0.26)


def _module(
    pen: Pen, stream: RandomStream, width: float, height: float, material: Material
) -> Drawn:
    """Draw a rail-mounted module: a stepped body, clamps above and below, buttons and lamps."""
    pen.raised(rounded_box((0, 0), (width, height), 3), material.tone(-14), RELIEF - 26)
    pen.raised(rounded_box((0, 0), (width, height * 0.62), 3), material.colour, RELIEF + 4)
    count = max(2, int(width // 16))
    for row in (-1, 1):
        for index in range(count):
            x = (index + 0.5) * width / count - width / 2
            pen.disc((x, row * height * 0.40), 3.6, (30, 30, 32), RELIEF - 44)
            pen.line(
                [(x - 2, row * height * 0.40), (x + 2, row * height * 0.40)], 1.2, (150, 148, 140)
            )
    if stream.chance(0.7):
        button = stream.choice(((190, 46, 40), (46, 120, 60), (230, 190, 50), (60, 62, 66)))
        pen.disc((width * 0.26, height * 0.18), 5.2, button, RELIEF + 22)
    _led_row(pen, stream, (-width * 0.2, height * 0.2))
    return (), (0.0, -height * 0.1), (width - 18, height * 0.3)


def _octagon(
    pen: Pen, stream: RandomStream, width: float, height: float, material: Material
) -> Drawn:
    """Draw chamfered corners and a round window."""
    cut = min(width, height) * 0.26
    x, y = width / 2, height / 2
    shape = [(-x + cut, -y), (x - cut, -y), (x, -y + cut), (x, y - cut)]
    shape += [(-px, -py) for px, py in shape]
    pen.raised(shape, material.colour, RELIEF, edge=3)
    radius = min(width, height) * 0.22
    pen.disc((-width * 0.2, 0), radius + 3, material.tone(-45), RELIEF + 14)
    pen.disc((-width * 0.2, 0), radius, (30, 44, 56), RELIEF - 8)
    pen.disc((-width * 0.2 - radius * 0.3, -radius * 0.3), radius * 0.3, (120, 146, 160))
    screws = ((0.0, -y + 13), (0.0, y - 13))
    return screws, (width * 0.2, 0.0), (width * 0.34, height * 0.4)


def _finned(
    pen: Pen, stream: RandomStream, width: float, height: float, material: Material
) -> Drawn:
    """Draw a heat sink: bright fins over the whole width."""
    pen.raised(rounded_box((0, 0), (width, height), 2), material.tone(-30), RELIEF - 30)
    pitch = stream.choice((8.0, 10.0, 12.0))
    y = -height / 2 + 7
    while y < height / 2 - 5:
        pen.line(
            [(-width / 2 + 24, y), (width / 2 - 24, y)], pitch * 0.5, material.tone(24), RELIEF + 10
        )
        y += pitch
    side = width / 2 - 13
    return ((-side, 0.0), (side, 0.0)), (0.0, 0.0), (0.0, 0.0)


def _capsule(
    pen: Pen, stream: RandomStream, width: float, height: float, material: Material
) -> Drawn:
    """Draw round ends and a stripe around the waist."""
    pen.raised(rounded_box((0, 0), (width, height * 0.8), height), material.colour, RELIEF, edge=6)
    stripe = clamped(tuple(255 - value for value in material.colour))
    pen.box((width * 0.24, 0), (9, height * 0.8 - 6), stripe)
    pen.box((width * 0.24 + 13, 0), (4, height * 0.8 - 6), stripe)
    return ((-width / 2 + height * 0.3, 0.0),), (-width * 0.05, 0.0), (width * 0.4, height * 0.4)


def _can(pen: Pen, stream: RandomStream, width: float, height: float, material: Material) -> Drawn:
    """Draw a round can with rings and three screws."""
    radius = min(width, height) / 2
    pen.raised(regular(40, radius), material.tone(-12), RELIEF, edge=4)
    pen.disc((0, 0), radius * 0.8, material.tone(-40), RELIEF - 18)
    pen.disc((0, 0), radius * 0.75, material.colour, RELIEF + 6)
    pen.disc((0, 0), radius * 0.42, material.tone(26), RELIEF + 20)
    screws = tuple((x * 0.6, y * 0.6) for x, y in regular(3, radius, turn=stream.uniform(0, 120)))
    return screws, (0.0, 0.0), (radius * 0.8, radius * 0.5)


def _led_row(pen: Pen, stream: RandomStream, centre: Point) -> None:
    for index in range(stream.integer(2, 4)):
        lit = stream.choice(((80, 230, 110), (240, 190, 60), (60, 66, 62), (230, 70, 60)))
        pen.disc((centre[0] + index * 7 - 8, centre[1]), 2.2, (24, 24, 26), RELIEF - 6)
        pen.disc((centre[0] + index * 7 - 8, centre[1]), 1.5, lit)


Style = Callable[[Pen, RandomStream, float, float, Material], Drawn]
STYLES: dict[Make, tuple[Style, ...]] = {
    Make.USUAL: (_box, _ribbed, _vented, _module),
    Make.NEW: (_octagon, _finned, _capsule, _can),
    Make.FOREIGN: foreign_parts.HOUSINGS,
}
