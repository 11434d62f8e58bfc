"""The pictures of findings on one sheet, each with its outline and two lines of text."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from laecips_edge.core.findings.finding_archive import KeptFinding
from laecips_edge.core.findings.finding_table import utc

SIDE: Final = 160
"""Height and width of a picture on the sheet, in pixels."""

_LINE: Final = 14
_GAP: Final = 6
_OUTLINE: Final = (255, 255, 0)
_PAPER: Final = 255


def findings_sheet(
    findings: Iterable[KeptFinding], *, columns: int = 6, most: int = 24
) -> NDArray[np.uint8]:
    """Return the sheet, uint8 [H, W, 3], RGB.

    Args:
        findings: the findings; those without a picture are left out.
        columns: number of pictures side by side.
        most: largest number of pictures: the first ones.

    Raises:
        ValueError: no finding has a picture.
    """
    tiles = [_tile(one) for one in findings if one.picture is not None][:most]
    if not tiles:
        raise ValueError("no finding has a picture: there is nothing to show")
    blank = np.full_like(tiles[0], _PAPER)
    tiles += [blank] * (-len(tiles) % min(columns, len(tiles)))
    across = min(columns, len(tiles))
    rows = [np.hstack(tiles[start : start + across]) for start in range(0, len(tiles), across)]
    return np.vstack(rows)


def _tile(one: KeptFinding) -> NDArray[np.uint8]:
    tile = np.full((SIDE + 2 * _LINE + 2 * _GAP, SIDE + _GAP, 3), _PAPER, np.uint8)
    tile[:SIDE, :SIDE] = _framed(one)
    it = one.finding
    size = f"{it.size.width_mm:.0f} x {it.size.height_mm:.0f} mm"
    how_large = size if math.isfinite(it.size.width_mm) else f"{it.area} px"
    for place, text in enumerate(
        (
            f"{it.id} {it.class_name}, {how_large}",
            f"since {utc(it.first_seen_ns)[11:]}, {it.source}",
        )
    ):
        at = (1, SIDE + (place + 1) * _LINE)
        cv2.putText(tile, text, at, cv2.FONT_HERSHEY_SIMPLEX, 0.36, (0, 0, 0), 1, cv2.LINE_AA)
    return tile


def _framed(one: KeptFinding) -> NDArray[np.uint8]:
    """Return the picture with its outline, as large as it fits, on grey."""
    square = np.full((SIDE, SIDE, 3), 128, np.uint8)
    if one.picture is None:
        return square
    pixels = cv2.imread(str(one.picture.path), cv2.IMREAD_COLOR)
    if pixels is None:
        return square
    scale = SIDE / max(pixels.shape[:2])
    size = tuple(max(1, round(side * scale)) for side in pixels.shape[1::-1])
    shown = cv2.cvtColor(cv2.resize(pixels, size), cv2.COLOR_BGR2RGB)
    corners = np.array(one.picture.contour, np.float64) - one.picture.crop_box[:2]
    outline = np.rint((corners + 0.5) * scale).astype(np.int32)
    cv2.polylines(shown, [outline], True, _OUTLINE, 1, cv2.LINE_AA)
    square[: shown.shape[0], : shown.shape[1]] = shown
    return square
