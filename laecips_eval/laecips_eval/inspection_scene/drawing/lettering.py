"""A 5 x 7 dot-matrix alphabet, as marking machines print it, and bar codes."""

from laecips_eval.inspection_scene.drawing.random_stream import RandomStream
from laecips_eval.inspection_scene.drawing.sprites import Colour, Pen, Point

COLUMNS, ROWS = 5, 7

# Seven rows of five dots a character, the leftmost dot is the highest bit.
_GLYPHS: dict[str, tuple[int, ...]] = {
    "0": (14, 17, 19, 21, 25, 17, 14),
    "1": (4, 12, 4, 4, 4, 4, 14),
    "2": (14, 17, 1, 2, 4, 8, 31),
    "3": (31, 2, 4, 2, 1, 17, 14),
    "4": (2, 6, 10, 18, 31, 2, 2),
    "5": (31, 16, 30, 1, 1, 17, 14),
    "6": (6, 8, 16, 30, 17, 17, 14),
    "7": (31, 1, 2, 4, 8, 8, 8),
    "8": (14, 17, 17, 14, 17, 17, 14),
    "9": (14, 17, 17, 15, 1, 2, 12),
    "A": (14, 17, 17, 31, 17, 17, 17),
    "B": (30, 17, 17, 30, 17, 17, 30),
    "C": (14, 17, 16, 16, 16, 17, 14),
    "D": (28, 18, 17, 17, 17, 18, 28),
    "E": (31, 16, 16, 30, 16, 16, 31),
    "F": (31, 16, 16, 30, 16, 16, 16),
    "H": (17, 17, 17, 31, 17, 17, 17),
    "I": (14, 4, 4, 4, 4, 4, 14),
    "K": (17, 18, 20, 24, 20, 18, 17),
    "L": (16, 16, 16, 16, 16, 16, 31),
    "M": (17, 27, 21, 21, 17, 17, 17),
    "N": (17, 17, 25, 21, 19, 17, 17),
    "P": (30, 17, 17, 30, 16, 16, 16),
    "R": (30, 17, 17, 30, 20, 18, 17),
    "S": (15, 16, 16, 14, 1, 1, 30),
    "T": (31, 4, 4, 4, 4, 4, 4),
    "U": (17, 17, 17, 17, 17, 17, 14),
    "V": (17, 17, 17, 17, 17, 10, 4),
    "X": (17, 17, 10, 4, 10, 17, 17),
    "-": (0, 0, 0, 31, 0, 0, 0),
    ".": (0, 0, 0, 0, 0, 12, 12),
    "!": (4, 4, 4, 4, 4, 0, 4),
    " ": (0, 0, 0, 0, 0, 0, 0),
}
_LETTERS = "ABCDEFHKLMNPRSTUVX"
_DIGITS = "0123456789"


def part_number(stream: RandomStream) -> str:
    """Return a random part number such as `KX-4072`."""
    letters = "".join(stream.choice(_LETTERS) for _ in range(2))
    return letters + "-" + "".join(stream.choice(_DIGITS) for _ in range(stream.integer(3, 4)))


def rating(stream: RandomStream) -> str:
    """Return a random rating as on a type plate."""
    return stream.choice(
        ("24V DC", "230V AC", "3.2A", "0.75KA", "IP67", "12-36V", "PE", "L1 L2 L3")
    )


def text_width(text: str, dot: float) -> float:
    """Return the width of a line of text in pixels for dots of `dot` pixels."""
    return (len(text) * (COLUMNS + 1) - 1) * dot


def write(pen: Pen, centre: Point, text: str, dot: float, colour: Colour) -> None:
    """Print one line of text, centred."""
    left = centre[0] - text_width(text, dot) / 2
    top = centre[1] - ROWS * dot / 2
    for place, character in enumerate(text):
        for row, bits in enumerate(_GLYPHS[character]):
            for column in range(COLUMNS):
                if bits >> (COLUMNS - 1 - column) & 1:
                    x = left + (place * (COLUMNS + 1) + column + 0.5) * dot
                    pen.box((x, top + (row + 0.5) * dot), (dot, dot), colour)


def bar_code(pen: Pen, stream: RandomStream, centre: Point, size: Point, colour: Colour) -> None:
    """Print vertical bars of random width."""
    x = centre[0] - size[0] / 2
    while x < centre[0] + size[0] / 2 - 2:
        width = stream.choice((0.8, 1.2, 2.0))
        pen.box((x + width / 2, centre[1]), (width, size[1]), colour)
        x += width + stream.choice((0.9, 1.4, 2.2))


def matrix_code(pen: Pen, stream: RandomStream, centre: Point, side: float, colour: Colour) -> None:
    """Print a square data matrix: two solid edges, random cells inside."""
    cells = 10
    cell = side / cells
    for row in range(cells):
        for column in range(cells):
            filled = stream.chance(0.5)
            if filled or column == 0 or row == cells - 1:
                x = centre[0] + (column + 0.5) * cell - side / 2
                y = centre[1] + (row + 0.5) * cell - side / 2
                pen.box((x, y), (cell, cell), colour)
