"""Parts that are in no bag: they teach a teacher that parts have more styles than it has seen.

Bodies, proportions and what is printed on them are of their own; see `makes.Make`.
"""

from laecips_eval.inspection_scene.drawing.lettering import rating, text_width, write
from laecips_eval.inspection_scene.drawing.random_stream import RandomStream
from laecips_eval.inspection_scene.drawing.sprites import (
    Colour,
    Pen,
    Point,
    regular,
    rounded_box,
    shrunk,
)
from laecips_eval.inspection_scene.parts.materials import Material

Drawn = tuple[tuple[Point, ...], Point, Point]
"""Of a housing: places of its screws, centre of its free area, width and height of that."""

_HIGH, _LOW = 58, 36  # relief of housings, of connectors
_DARK: Colour = (24, 22, 26)
_COPPER: Colour = (188, 116, 76)


def _keypad(
    pen: Pen, stream: RandomStream, width: float, height: float, material: Material
) -> Drawn:
    """Draw a slanted case with a display and a field of keys."""
    lean = width * 0.08
    x, y = width / 2, height / 2
    pen.raised([(-x + lean, -y), (x - lean, -y), (x, y), (-x, y)], material.colour, _HIGH, edge=3)
    glass = stream.choice(((92, 112, 74), (28, 40, 66), (62, 30, 30)))
    pen.box((0, -height * 0.24), (width * 0.56, height * 0.24), material.tone(-50), _HIGH - 10)
    pen.box((0, -height * 0.24), (width * 0.5, height * 0.18), glass, _HIGH - 14)
    columns, key = stream.integer(3, 5), min(width, height) * 0.1
    for row in range(2):
        for column in range(columns):
            spot = ((column - (columns - 1) / 2) * key * 1.5, height * (0.08 + 0.17 * row))
            pen.box(spot, (key, key * 0.9), material.tone(34), _HIGH + 12, radius=2)
    screws = ((-x + 13, y - 12), (x - 13, y - 12))
    return screws, (0.0, height * 0.38), (width * 0.4, height * 0.14)


def _flanged(
    pen: Pen, stream: RandomStream, width: float, height: float, material: Material
) -> Drawn:
    """Draw a low flange with ears for screws, a tall body stepped up in its middle."""
    ear = min(width, height) * 0.15
    for side in (-1, 1):
        pen.raised(
            rounded_box((side * (width / 2 - ear), 0), (2 * ear, height * 0.44), ear),
            material.tone(-20),
            _HIGH - 34,
        )
    body = rounded_box((0, 0), (width - 3 * ear, height), 6)
    pen.raised(body, material.tone(-6), _HIGH - 12)
    step = shrunk(body, stream.choice((12.0, 18.0)))
    pen.polygon(step, material.tone(-40), _HIGH - 4)
    pen.polygon(shrunk(step, 2.0), material.tone(8), _HIGH + 16)
    screws = ((-width / 2 + ear, 0.0), (width / 2 - ear, 0.0))
    return screws, (0.0, 0.0), (width - 3 * ear - 30, height - 34)


def _hinged(
    pen: Pen, stream: RandomStream, width: float, height: float, material: Material
) -> Drawn:
    """Draw a two-tone case: a door with hinges on one side and a latch on the other."""
    pen.raised(rounded_box((0, 0), (width, height), 4), material.tone(-30), _HIGH - 16)
    side = stream.sign()
    door = (width * 0.76, height - 10)
    centre = (side * width * 0.08, 0.0)
    pen.raised(rounded_box(centre, door, 8), material.tone(14), _HIGH + 6)
    for y in (-height * 0.3, height * 0.3):
        pen.box((-side * width * 0.34, y), (width * 0.1, 9), (96, 92, 86), _HIGH + 14, radius=3)
    latch = (side * width * 0.38, 0.0)
    pen.disc(latch, 6.0, (70, 68, 66), _HIGH + 2)
    pen.box(latch, (3.0, 10.0), (198, 190, 170), _HIGH + 14)
    return (), centre, (door[0] - 26, door[1] - 34)


def _spoked(
    pen: Pen, stream: RandomStream, width: float, height: float, material: Material
) -> Drawn:
    """Draw a fan in a square frame: spokes before dark blades, a hub, a screw in every corner."""
    side = min(width, height)
    pen.raised(rounded_box((0, 0), (side, side), 9), material.colour, _HIGH)
    radius = side * 0.41
    pen.disc((0, 0), radius, _DARK, _HIGH - 40)
    spokes = stream.integer(4, 6)
    for tip in regular(spokes, radius - 1, turn=stream.uniform(0, 90)):
        pen.line([(0, 0), tip], side * 0.05, material.tone(-16), _HIGH - 8)
    for ring in (0.36, 0.72):
        rim = regular(32, radius * ring)
        pen.line([*rim, rim[0]], 2.0, material.tone(-24), _HIGH - 10)
    pen.disc((0, 0), radius * 0.3, material.tone(22), _HIGH + 4)
    corner = side / 2 - 9
    screws = tuple((sx * corner, sy * corner) for sx, sy in ((-1, -1), (1, -1), (1, 1), (-1, 1)))
    return screws, (0.0, 0.0), (0.0, 0.0)


HOUSINGS = (_keypad, _flanged, _hinged, _spoked)


def _lever(stream: RandomStream, material: Material) -> Pen:
    """Draw a lever clamp: a wedge of coloured levers above round entries."""
    poles, pitch = stream.integer(2, 4), 15.0
    width, height = poles * pitch + 6, 34.0
    pen = Pen(width, height)
    x, y = width / 2, height / 2
    pen.raised([(-x, -y + 8), (-x + 6, -y), (x - 6, -y), (x, -y + 8), (x, y), (-x, y)],
               material.colour, _LOW)  # fmt: skip
    for pole in range(poles):
        centre = (pole + 0.5 - poles / 2) * pitch
        pen.box((centre, -4), (10, 15), material.tone(48), _LOW + 14, radius=3)
        pen.disc((centre, 10), 3.8, _DARK, _LOW - 24)
    return pen


def _edge_card(stream: RandomStream, material: Material) -> Pen:
    """Draw a card-edge socket: one long slot between two rows of copper fingers."""
    fingers = stream.integer(7, 11)
    width, height = fingers * 6.0 + 20, 22.0
    pen = Pen(width, height)
    pen.raised(rounded_box((0, 0), (width, height), 4), material.colour, _LOW, edge=3)
    pen.box((0, 0), (width - 12, 5.0), _DARK, _LOW - 26)
    for row in (-1, 1):
        for finger in range(fingers):
            pen.box(((finger + 0.5 - fingers / 2) * 6.0, row * 6.0), (3.0, 5.0), _COPPER, _LOW - 4)
    return pen


def _keyed(stream: RandomStream, material: Material) -> Pen:
    """Draw a kite-shaped plug: three thick pins around a spigot."""
    radius = stream.uniform(19, 24)
    pen = Pen(2 * radius + 2, 2 * radius + 2)
    pen.raised(regular(5, radius, turn=-90), material.colour, _LOW, edge=3.5)
    pen.polygon(regular(5, radius * 0.7, turn=-90), material.tone(-44), _LOW - 18)
    for pin in regular(3, radius * 0.4, turn=stream.uniform(0, 120)):
        pen.disc(pin, 3.4, _COPPER, _LOW - 2)
    pen.disc((0, 0), 3.0, (214, 210, 204), _LOW + 6)
    return pen


CONNECTORS = (_lever, _edge_card, _keyed)


def _ticket(stream: RandomStream, width: float, height: float) -> tuple[Pen, Material]:
    """Draw a pink or blue ticket: notched ends, two ruled lines of text."""
    paper = Material(stream.choice(((228, 176, 186), (168, 196, 226))), "speckled", 4).varied(
        stream, 8
    )
    pen = Pen(width, height)
    x, y, notch = width / 2, height / 2, height * 0.2
    shape = [(-x, -y), (x, -y), (x - notch, 0), (x, y), (-x, y), (-x + notch, 0)]
    pen.polygon(shape, paper.colour, 4, body=True)
    for row in (-1, 1):
        text = rating(stream)
        dot = max(0.7, min(1.5, (width - 4 * notch) / text_width(text, 1.0), height * 0.05))
        write(pen, (0, row * height * 0.22), text, dot, (60, 30, 60))
    pen.box((0, 0), (width - 3 * notch, 1.2), (120, 80, 110))
    return pen, paper


def _hexagon(stream: RandomStream, width: float, height: float) -> tuple[Pen, Material]:
    """Draw a six-cornered badge with a ring and a bolt of lightning."""
    radius = min(width, height) / 2
    badge = Material(stream.choice(((240, 226, 120), (196, 160, 214))), "speckled", 4).varied(
        stream, 8
    )
    pen = Pen(2 * radius, 2 * radius)
    pen.polygon(regular(6, radius), badge.colour, 4, body=True)
    rim = regular(6, radius * 0.8)
    pen.line([*rim, rim[0]], max(1.0, radius * 0.08), (70, 44, 60))
    bolt = ((0.16, -0.56), (-0.3, 0.1), (-0.02, 0.1), (-0.16, 0.56), (0.3, -0.1), (0.02, -0.1))
    pen.polygon([(radius * px, radius * py) for px, py in bolt], (70, 44, 60))
    return pen, badge


LABELS = (_ticket, _hexagon)
