"""The grid of pictures."""

import numpy as np
import pytest
from laecips_eval.reports.docs.contact_sheet import contact_sheet

RED = (255, 0, 0)


def filled(colour: tuple[int, int, int], height: int = 40, width: int = 150) -> np.ndarray:
    return np.full((height, width, 3), colour, np.uint8)


@pytest.mark.parametrize(("rows", "columns"), [(1, 1), (2, 3)])
def test_every_picture_is_there_whole(rows: int, columns: int) -> None:
    grid = [[filled((10 * row + 1, column, 7)) for column in range(columns)] for row in range(rows)]
    sheet = contact_sheet(grid, captions=["a"] * columns)
    for row in range(rows):
        for column in range(columns):
            assert (sheet == (10 * row + 1, column, 7)).all(axis=2).sum() == 40 * 150


def test_legend_shows_each_colour_and_breaks_its_lines() -> None:
    names = [f"class {index}" for index in range(12)]
    palette = [(index, 200, 0) for index in range(12)]
    without = contact_sheet([[filled(RED)]], captions=["x"])
    sheet = contact_sheet([[filled(RED)]], captions=["x"], classes=names, palette=palette)
    assert sheet.shape[1] == without.shape[1]
    assert sheet.shape[0] > without.shape[0] + 2 * 26
    for colour in palette:
        assert (sheet == colour).all(axis=2).sum() == 16 * 16
