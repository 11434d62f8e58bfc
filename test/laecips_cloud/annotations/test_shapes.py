"""Areas become the pixels whose centres they cover."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from laecips_cloud.annotations.shapes import (
    Area,
    Bitmap,
    box,
    ellipse,
    paint,
    polygon,
    polygons,
    turned,
    where,
)

SIZE = (12, 16)


def pixels(area: Area, size: tuple[int, int] = SIZE) -> np.ndarray:
    label = np.full(size, -1, np.int16)
    paint(label, area(size), 1)
    return label == 1


def test_a_box_covers_whole_pixels() -> None:
    expected = np.zeros(SIZE, bool)
    expected[2:5, 3:9] = True
    np.testing.assert_array_equal(pixels(box(3, 2, 9, 5)), expected)
    np.testing.assert_array_equal(pixels(box(3.4, 1.6, 9.4, 4.6)), expected)
    np.testing.assert_array_equal(pixels(box(3, 2, 9, 5, degrees=180)), expected)


def test_a_quarter_turn_is_clockwise() -> None:
    ring = turned(np.array([[3.0, 0.0]]), 90, (0, 0))
    np.testing.assert_allclose(ring, [[0, 3]], atol=1e-9)
    np.testing.assert_array_equal(pixels(box(2, 4, 8, 6, degrees=90)), pixels(box(4, 2, 6, 8)))


def test_holes_and_islands() -> None:
    outer, hole, island = (
        [[x, y], [x + s, y], [x + s, y + s], [x, y + s]]
        for x, y, s in [(1, 1, 9), (3, 3, 5), (5, 5, 1)]
    )
    expected = np.zeros(SIZE, bool)
    expected[1:10, 1:10] = True
    expected[3:8, 3:8] = False
    expected[5, 5] = True
    np.testing.assert_array_equal(pixels(polygons([[outer, hole, island]])), expected)


def test_polygons_of_one_shape_are_joined_where_they_overlap() -> None:
    one, two = [[0, 0], [4, 0], [4, 4], [0, 4]], [[2, 2], [6, 2], [6, 6], [2, 6]]
    both = pixels(polygon(one)) | pixels(polygon(two))
    np.testing.assert_array_equal(pixels(polygons([[one], [two]])), both)
    assert both.sum() == 28


def test_an_ellipse_has_the_area_of_one() -> None:
    area = pixels(ellipse(50, 40, 30, 20), (80, 100)).sum()
    assert abs(area / (np.pi * 30 * 20) - 1) < 0.01
    np.testing.assert_array_equal(
        pixels(ellipse(50.3, 40, 30, 20, degrees=90), (80, 100)),
        pixels(ellipse(50.3, 40, 20, 30), (80, 100)),
    )


corners = st.lists(
    st.tuples(st.floats(-5, 20), st.floats(-5, 20)), min_size=3, max_size=7, unique=True
)


@given(st.lists(corners, min_size=1, max_size=3))
def test_a_pixel_is_inside_where_a_ray_from_its_centre_crosses_an_odd_number_of_edges(
    rings: list[list[tuple[float, float]]],
) -> None:
    y, x = np.mgrid[: SIZE[0], : SIZE[1]] + 0.5
    inside = np.zeros(SIZE, bool)
    for ring in rings:
        for (x0, y0), (x1, y1) in zip(ring, [*ring[1:], ring[0]], strict=True):
            crosses = (y0 <= y) != (y1 <= y)
            with np.errstate(all="ignore"):
                inside ^= crosses & (x >= x0 + (y - y0) * (x1 - x0) / (y1 - y0))
    points = np.array([point for ring in rings for point in ring])
    bitmap = polygons([rings])(SIZE)
    label = np.full(SIZE, -1, np.int16)
    paint(label, bitmap, 1)
    # A centre that lies on an edge may fall on either side of it, by the last bit.
    assert np.count_nonzero((label == 1) != inside) <= 1
    assert bitmap.cut == bool((points < -1).any() or (points > np.array(SIZE[::-1]) + 1).any())


@pytest.mark.parametrize("ring", [[], [1, 2, 3, 4], [1, 1, 2, 2, float("nan"), 3]])
def test_what_is_no_polygon(ring: list[float]) -> None:
    with pytest.raises(ValueError, match="fewer than three corners, or one that is no number"):
        polygon(ring)(SIZE)


@pytest.mark.parametrize(
    ("bitmap", "painted", "over", "cut"),
    [
        (Bitmap(np.ones((2, 3), bool), 1, 1), 6, 2, False),
        (Bitmap(np.ones((2, 3), bool), -1, -1), 2, 1, True),
        (Bitmap(np.ones((2, 3), bool), 4, 3), 1, 0, True),
        (Bitmap(np.ones((2, 3), bool), 9, 9), 0, 0, True),
        (Bitmap(np.ones((2, 3), bool), -9, 0), 0, 0, True),
        (Bitmap(np.zeros((9, 9), bool)), 0, 0, False),
        (Bitmap(np.ones((2, 3), bool), 1, 1, cut=True), 6, 2, True),
    ],
)
def test_painting_counts(bitmap: Bitmap, painted: int, over: int, cut: bool) -> None:
    label = np.full((4, 5), -1, np.int16)
    label[0, 0] = 7
    label[1, 1:3] = 7
    label[2, 1] = 1  # of the same class: nothing is lost
    assert paint(label, bitmap, 1) == (painted, over, cut)
    assert np.count_nonzero(label == 1) == painted + (painted < 6)


def test_where_a_mask_holds_a_value_or_a_colour() -> None:
    values = np.array([[1, 2], [2, 3]], np.uint8)
    colours = np.stack([values, values, values + 1], axis=2)
    expected = [[False, True], [True, False]]
    assert where(values, 2)((2, 2)).mask.tolist() == expected
    assert where(colours, (2, 2, 3))((2, 2)).mask.tolist() == expected
