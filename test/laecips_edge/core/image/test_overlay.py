import numpy as np
import pytest
from laecips_edge.core.image.overlay import Overlay

PALETTE = ((200, 0, 0), (0, 100, 0))
GREY = np.full((1, 3, 3), 100, np.uint8)
LABELS = np.array([[0, 1, 255]], np.uint8)


@pytest.mark.parametrize(
    ("opacity", "expected"),
    [
        (0.5, [[150, 50, 50], [50, 100, 50], [100, 100, 100]]),
        (1.0, [[200, 0, 0], [0, 100, 0], [100, 100, 100]]),
        (0.0, [[100, 100, 100], [100, 100, 100], [100, 100, 100]]),
    ],
)
def test_paint(opacity: float, expected: list[list[int]]) -> None:
    painted = Overlay(PALETTE, opacity=opacity).paint(GREY, LABELS)
    assert painted.tolist() == [expected]
    assert (GREY == 100).all()


def test_a_label_beyond_the_palette_is_left_as_it_is() -> None:
    painted = Overlay(PALETTE).paint(GREY, np.full((1, 3), 2, np.uint8))
    assert np.array_equal(painted, GREY)


def test_the_colours_alone() -> None:
    colours = Overlay(PALETTE).colours(np.array([[0, 1, 2, 255]], np.uint8))
    assert colours.tolist() == [[[200, 0, 0], [0, 100, 0], [0, 0, 0], [0, 0, 0]]]
