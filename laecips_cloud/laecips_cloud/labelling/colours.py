"""Colours of classes, for people."""

from __future__ import annotations

import colorsys
from typing import Final

_GOLDEN: Final = 0.618034  # of a turn: neighbours in the list lie far apart on the wheel


def colour_of(label: int) -> str:
    """Return the colour of a class as #rrggbb; the first one is grey.

    Example:
        >>> colour_of(0), colour_of(1)
        ('#808080', '#336bf2')
    """
    if label == 0:
        return "#808080"
    red, green, blue = colorsys.hsv_to_rgb(label * _GOLDEN % 1, 0.79, 0.95)
    return f"#{round(red * 255):02x}{round(green * 255):02x}{round(blue * 255):02x}"
