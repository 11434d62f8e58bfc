"""What nobody may see of a camera's pictures."""

import numpy as np
import pytest
from laecips_edge.core.image.blanking import Blanking, read_polygon

CORNER = read_polygon("0,0 0.5,0 0.5,0.5 0,0.5")
LEFT = read_polygon("0,0 0.5,0 0.5,1 0,1")
RGB = np.random.default_rng(0).integers(1, 256, (8, 12, 3), np.uint8)


def test_without_a_polygon_nothing_changes() -> None:
    nothing = Blanking()
    assert not nothing
    assert nothing.rgb(RGB) is RGB
    assert not nothing.mask((8, 12)).any()


@pytest.mark.parametrize("size", [(8, 12), (480, 640), (3, 3), (1, 1)])
def test_a_pixel_that_a_polygon_touches_is_blanked(size: tuple[int, int]) -> None:
    mask = Blanking([CORNER]).mask(size)
    rows, columns = -(-size[0] // 2), -(-size[1] // 2)
    assert mask[:rows, :columns].all()
    # One more row and column at most, which the contour touches.
    assert not mask[rows + 1 :].any()
    assert not mask[:, columns + 1 :].any()


def test_pictures_become_black_and_stay_as_they_are_elsewhere() -> None:
    blanking, own = Blanking([CORNER]), RGB.copy()
    blanked, mask = blanking.rgb(own), blanking.mask((8, 12)).astype(bool)
    assert not blanked[mask].any()
    assert np.array_equal(blanked[~mask], RGB[~mask])
    assert np.array_equal(own, RGB), "the camera's message was changed"


def test_depth_is_unknown_and_labels_have_no_class_there() -> None:
    blanking = Blanking([CORNER])
    mask = blanking.mask((8, 12)).astype(bool)
    assert (blanking.depth(np.full((8, 12), 7, np.uint16)) == np.where(mask, 0, 7)).all()
    label_map, confidence_map = blanking.maps(
        np.full((8, 12), 2, np.uint8), np.full((8, 12), 200, np.uint8)
    )
    assert np.array_equal(label_map, np.where(mask, 255, 2))
    assert np.array_equal(confidence_map, np.where(mask, 0, 200))


def test_outside_the_regions_of_interest_all_is_blanked_and_polygons_are_so_inside_too() -> None:
    mask = Blanking([CORNER], [LEFT]).mask((100, 100))
    assert mask[:, 52:].all()
    assert not mask[52:, :49].any()
    assert mask[:49, :49].all()


def test_each_size_has_a_mask_of_its_own() -> None:
    blanking = Blanking([CORNER])
    sizes = [(10 * n, 20 * n) for n in range(1, 8)]
    assert [blanking.mask(size).shape for size in (*sizes, *sizes)] == [*sizes, *sizes]


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "'' has 0 corners: give at least 3"),
        ("0,0 1,0", "has 2 corners"),
        ("0,0 1,0 1;1", "'1;1' is not x,y"),
        ("0,0 1,0 1,1,1", "'1,1,1' is not x,y"),
        ("0,0 1,0 1,1.5", "'1,1.5' lies outside 0 to 1"),
        ("0,0 1,0 nan,1", "'nan,1' lies outside 0 to 1"),
    ],
    ids=["nothing", "a line", "no comma", "three numbers", "outside", "no number"],
)
def test_what_is_no_polygon(text: str, reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        read_polygon(text)
