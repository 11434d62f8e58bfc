"""Connectors: where cables begin and end."""

from collections.abc import Callable

from laecips_eval.inspection_scene.drawing.random_stream import RandomStream
from laecips_eval.inspection_scene.drawing.sprites import (
    Colour,
    Pen,
    Sprite,
    regular,
    rounded_box,
    shrunk,
)
from laecips_eval.inspection_scene.parts import foreign_parts
from laecips_eval.inspection_scene.parts.makes import Make
from laecips_eval.inspection_scene.parts.materials import Material, clamped

RELIEF = 40
GOLD: Colour = (206, 172, 88)
SILVER: Colour = (196, 198, 200)
DARK: Colour = (20, 20, 22)

BODIES = {
    Make.USUAL: (
        Material((46, 112, 66), "grain", 6),  # green
        Material((42, 43, 46), "grain", 6),  # black
        Material((148, 150, 150), "grain", 6),  # grey
        Material((52, 82, 148), "grain", 6),  # blue
        Material((206, 120, 46), "grain", 6),  # orange
    ),
    Make.NEW: (
        Material((226, 224, 216), "smooth", 8),  # white
        Material((170, 42, 48), "smooth", 8),  # red
        Material((112, 66, 134), "grain", 8),  # violet
        Material((192, 164, 84), "brushed", 14),  # brass
    ),
    Make.FOREIGN: (
        Material((212, 198, 64), "hammered", 8),  # yellow
        Material((92, 60, 44), "speckled", 8),  # brown
        Material((112, 176, 190), "speckled", 7),  # pale blue
        Material((190, 140, 130), "hammered", 8),  # terracotta
    ),
}


def draw_connector(stream: RandomStream, *, make: Make, degrees: float = 0.0) -> Sprite:
    """Draw a connector, 36 to 84 pixels long, of one of the styles of a make."""
    material = stream.choice(BODIES[make]).varied(stream, 10)
    style = stream.choice(STYLES[make])
    return material.on(style(stream, material).sprite(degrees), stream.child(1))


def _terminal(stream: RandomStream, material: Material) -> Pen:
    """Draw a terminal block: for each pole a clamp screw's slot and the wire's entry."""
    poles, pitch = stream.integer(3, 6), 12.0
    width, height = poles * pitch + 4, 36.0
    pen = Pen(width, height)
    pen.raised(rounded_box((0, 0), (width, height), 2), material.colour, RELIEF)
    pen.box((0, height * 0.3), (width - 2, height * 0.36), material.tone(-14), RELIEF - 12)
    for pole in range(poles):
        x = (pole + 0.5) * pitch - poles * pitch / 2
        pen.disc((x, -height * 0.18), 4.2, DARK, RELIEF - 16)
        pen.disc((x, -height * 0.18), 3.4, (148, 146, 140), RELIEF - 6)
        pen.line([(x - 2.2, -height * 0.18 - 1.4), (x + 2.2, -height * 0.18 + 1.4)], 1.2, DARK)
        pen.box((x, height * 0.3), (6.4, 8.4), DARK, RELIEF - 30)
        if pole:
            edge = x - pitch / 2
            pen.line([(edge, -height / 2 + 1), (edge, height / 2 - 1)], 1.0, material.tone(-40))
    return pen


def _dsub(stream: RandomStream, material: Material) -> Pen:
    """Draw a D-sub shell: a metal trapezoid with two rows of pins."""
    pins = stream.choice((5, 6, 8))
    width, height = pins * 7.0 + 26, 28.0
    pen = Pen(width, height)
    pen.raised(rounded_box((0, 0), (width, height), 3), SILVER, RELIEF - 18)
    x, y = width / 2 - 10, height / 2 - 4
    shell = [(-x, -y), (x, -y), (x - 5, y), (-x + 5, y)]
    pen.polygon(shell, (228, 228, 226), RELIEF)
    pen.polygon(shrunk(shell, 1.8), material.colour, RELIEF - 14)
    for row, count in ((-1, pins), (1, pins - 1)):
        for pin in range(count):
            pen.disc(((pin + 0.5 - count / 2) * 6.0, row * 3.8), 1.7, GOLD, RELIEF - 4)
    for side in (-1, 1):
        pen.polygon(
            [(side * (width / 2 - 5) + px, py) for px, py in regular(6, 3.6)],
            (150, 150, 148),
            RELIEF,
        )
    return pen


def _header(stream: RandomStream, material: Material) -> Pen:
    """Draw a shrouded pin header with a polarising notch."""
    pins = stream.integer(5, 9)
    width, height = pins * 6.5 + 12, 26.0
    pen = Pen(width, height)
    pen.raised(rounded_box((0, 0), (width, height), 1.5), material.colour, RELIEF)
    pen.box((0, 0), (width - 6, height - 7), material.tone(-34), RELIEF - 26)
    pen.box((0, height / 2 - 2), (9, 7), material.tone(-34), RELIEF - 26)
    for row in (-1, 1):
        for pin in range(pins):
            pen.box(((pin + 0.5 - pins / 2) * 6.5, row * 4.4), (2.6, 2.6), GOLD, RELIEF - 6)
    return pen


def _round(stream: RandomStream, material: Material) -> Pen:
    """Draw a circular connector: knurled ring, insert, pins, key."""
    radius = stream.uniform(17, 22)
    pen = Pen(2 * radius + 2, 2 * radius + 2)
    ring = clamped(tuple(value + 18 for value in SILVER)) if stream.chance(0.6) else (52, 52, 54)
    pen.raised(regular(36, radius), ring, RELIEF, edge=2.5)
    for tooth in regular(24, radius - 1.2):
        pen.line(
            [(tooth[0] * 0.9, tooth[1] * 0.9), tooth], 1.4, clamped(tuple(v - 70 for v in ring))
        )
    pen.disc((0, 0), radius * 0.72, DARK, RELIEF - 16)
    pen.disc((0, 0), radius * 0.64, material.colour, RELIEF - 20)
    turn = stream.uniform(0, 72)
    for pin in regular(stream.choice((4, 5)), radius * 0.36, turn=turn):
        pen.disc(pin, 2.3, GOLD, RELIEF - 6)
    pen.box((0, -radius * 0.58), (4, 5), DARK, RELIEF - 30)
    return pen


def _jack(stream: RandomStream, material: Material) -> Pen:
    """Draw a modular jack: a stepped dark window with spring contacts."""
    jacks = stream.integer(1, 2)
    width, height = jacks * 32.0 + 4, 32.0
    pen = Pen(width, height)
    pen.raised(rounded_box((0, 0), (width, height), 2), material.colour, RELIEF)
    for jack in range(jacks):
        x = (jack + 0.5) * 32 - jacks * 16
        pen.box((x, -1), (24, 18), DARK, RELIEF - 36)
        pen.box((x, 10), (12, 6), DARK, RELIEF - 36)
        for contact in range(8):
            pen.line([(x - 9 + contact * 2.6, -9), (x - 9 + contact * 2.6, -2)], 1.2, GOLD)
    return pen


def _blades(stream: RandomStream, material: Material) -> Pen:
    """Draw wide blade contacts under a curved latch."""
    blades = stream.integer(2, 4)
    width, height = blades * 18.0 + 8, 42.0
    pen = Pen(width, height)
    pen.raised(rounded_box((0, 0), (width, height), 12), material.colour, RELIEF, edge=4)
    for blade in range(blades):
        x = (blade + 0.5) * 18 - blades * 9
        pen.box((x, 5), (11, 19), DARK, RELIEF - 26, radius=2)
        pen.box((x, 5), (3.6, 15), SILVER, RELIEF - 8)
    pen.box((0, -13), (width * 0.5, 7), material.tone(32), RELIEF + 14, radius=3)
    return pen


def _coax(stream: RandomStream, material: Material) -> Pen:
    """Draw threaded coaxial sockets on a common plate."""
    sockets = stream.integer(2, 3)
    width, height = sockets * 26.0 + 4, 30.0
    pen = Pen(width, height)
    pen.raised(rounded_box((0, 0), (width, height), 6), material.tone(-20), RELIEF - 22)
    for socket in range(sockets):
        x = (socket + 0.5) * 26 - sockets * 13
        pen.polygon([(x + px, py) for px, py in regular(6, 12)], GOLD, RELIEF)
        pen.disc((x, 0), 7.4, (232, 204, 128), RELIEF + 18)
        pen.disc((x, 0), 5.2, (238, 236, 228), RELIEF - 6)
        pen.disc((x, 0), 1.6, GOLD, RELIEF + 8)
    return pen


Style = Callable[[RandomStream, Material], Pen]
STYLES: dict[Make, tuple[Style, ...]] = {
    Make.USUAL: (_terminal, _dsub, _header, _round),
    Make.NEW: (_jack, _blades, _coax),
    Make.FOREIGN: foreign_parts.CONNECTORS,
}
