"""One image with rows of pictures, captions, and a legend of the classes' colours."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

Picture = NDArray[np.uint8]

_GAP = 8
_LINE = 26
_INK = (40, 40, 40)


def contact_sheet(
    rows: Sequence[Sequence[Picture]],
    *,
    captions: Sequence[str],
    classes: Sequence[str] = (),
    palette: Sequence[tuple[int, int, int]] = (),
) -> Picture:
    """Arrange pictures in a grid.

    Args:
        rows: at least one row of at least one picture, uint8 RGB [H, W, 3], all of one size, all
            rows of one length.
        captions: one per column, ASCII.
        classes: names for the legend.
        palette: (R, G, B) of each class.

    Returns:
        The sheet on a white background, uint8 RGB [H, W, 3].
    """
    height, width = rows[0][0].shape[:2]
    columns = len(rows[0])
    sheet_width = columns * (width + _GAP) + _GAP
    legend = class_legend(classes, palette, sheet_width)
    sheet_height = _LINE + len(rows) * (height + _GAP) + _GAP + legend.shape[0]
    sheet = np.full((sheet_height, sheet_width, 3), 255, np.uint8)
    for column, caption in enumerate(captions):
        _write(sheet, caption, (_GAP + column * (width + _GAP), _LINE - 8))
    for row, pictures in enumerate(rows):
        for column, picture in enumerate(pictures):
            top, left = _LINE + row * (height + _GAP), _GAP + column * (width + _GAP)
            sheet[top : top + height, left : left + width] = picture
    sheet[sheet_height - legend.shape[0] :] = legend
    return sheet


def class_legend(
    classes: Sequence[str], palette: Sequence[tuple[int, int, int]], width: int
) -> Picture:
    """Return the names of classes beside their colours, in lines.

    Args:
        classes: names, ASCII.
        palette: (R, G, B) of each class.
        width: in pixels; a name that is wider has a line of its own and is cut off.

    Returns:
        On a white background, uint8 RGB [H, width, 3]; without rows where there are no classes.
    """
    places, left, line = [], _GAP, 0
    for name in classes:
        advance = cv2.getTextSize(name, cv2.FONT_HERSHEY_SIMPLEX, 0.5, 1)[0][0] + 44
        if left + advance > width and left > _GAP:
            left, line = _GAP, line + 1
        places.append((left, line))
        left += advance
    legend = np.full(((line + 1) * _LINE if classes else 0, width, 3), 255, np.uint8)
    for name, colour, (left, line) in zip(classes, palette, places, strict=True):
        top = line * _LINE + 5
        legend[top : top + 16, left : left + 16] = colour
        _write(legend, name, (left + 22, top + 13))
    return legend


def _write(picture: Picture, text: str, origin: tuple[int, int]) -> None:
    cv2.putText(picture, text, origin, cv2.FONT_HERSHEY_SIMPLEX, 0.5, _INK, 1, cv2.LINE_AA)
