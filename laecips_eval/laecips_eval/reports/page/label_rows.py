"""Layout of labels beside vertical lines, without overlaps."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import count
from typing import Final

GAP: Final = 5
"""Pixels between a line and its label, and at least between two labels."""

_LETTER: Final = 7.2


@dataclass(frozen=True, kw_only=True)
class PlacedLabel:
    """The place of a label.

    Attributes:
        row: row of the label, from 0.
        to_left: whether the label is to the left of its line.
    """

    row: int
    to_left: bool


def text_width(text: str) -> float:
    """Return an upper estimate of the width of a text at font size 12, in pixels."""
    return _LETTER * len(text)


def label_rows(lines: Sequence[tuple[float, str]], *, right: float) -> list[PlacedLabel]:
    """Place each label right of its line, or left of it at the edge, in the first free row.

    Args:
        lines: (x in pixels, text) of each line, x rising.
        right: x of the right edge of the drawing.
    """
    taken: dict[int, list[tuple[float, float]]] = {}
    placed = []
    for x, text in lines:
        width = GAP + text_width(text)
        to_left = x + width > right
        start, stop = (x - width, x) if to_left else (x, x + width)
        row = next(
            row
            for row in count()
            if all(stop + GAP <= other or start >= end + GAP for other, end in taken.get(row, ()))
        )
        taken.setdefault(row, []).append((start, stop))
        placed.append(PlacedLabel(row=row, to_left=to_left))
    return placed
