"""Labels beside vertical lines, one under the other where they would overlap."""

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
    """Where a label goes.

    Attributes:
        row: 0 is the first.
        to_left: whether it stands to the left of its line.
    """

    row: int
    to_left: bool


def text_width(text: str) -> float:
    """Return how many pixels a text of 12 pixels takes at most, nearly."""
    return _LETTER * len(text)


def label_rows(lines: Sequence[tuple[float, str]], *, right: float) -> list[PlacedLabel]:
    """Place the label of each line: to its right where there is room, in the first free row.

    Args:
        lines: x in pixels and text of each, x rising.
        right: x where the drawing ends.
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
