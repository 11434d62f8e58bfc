"""Holes and islands: what is small goes, what only looks small in a crop stays."""

import numpy as np
import pytest
from laecips_cloud.mask_generators.sam.automatic.small_regions import without_small_regions
from laecips_cloud.masks import Mask


def drawn(rows: list[str]) -> np.ndarray:
    return np.array([[c == "#" for c in row] for row in rows])


@pytest.mark.parametrize(
    ("before", "after"),
    [
        pytest.param(["####", "#.##", "####"], ["####", "####", "####"], id="hole"),
        pytest.param(
            ["####", "#..#", "#..#", "####"], ["####", "#..#", "#..#", "####"], id="large"
        ),
        pytest.param(["###..", "###..", "....#"], ["###..", "###..", "....."], id="island"),
        pytest.param([".....", ".#...", "...#."], [".....", ".#...", "....."], id="the largest"),
        # It meets the rim of its box, beyond which the picture goes on.
        pytest.param(
            [".....", ".###.", ".#.#.", "....."], [".....", ".###.", ".#.#.", "....."], id="bay"
        ),
        # The picture ends there: closed in.
        pytest.param(["##.##", "#####", "....."], ["#####", "#####", "....."], id="at the edge"),
    ],
)
def test_of_fewer_than_three_pixels(before: list[str], after: list[str]) -> None:
    pixels = drawn(before)
    mended = without_small_regions(Mask.crop(pixels), pixels.shape, 3)
    found = np.zeros_like(pixels)
    top, left, part = mended
    found[top : top + part.shape[0], left : left + part.shape[1]] = part
    np.testing.assert_array_equal(found, drawn(after))


def test_what_needs_no_mending_is_the_same() -> None:
    mask = Mask(2, 3, np.ones((4, 4), np.bool_))
    assert without_small_regions(mask, (20, 20), 9) is mask


def test_as_the_package() -> None:
    pytest.importorskip("torch")
    from laecips_cloud.mask_generators.sam.torch_backend.torchvision_stand_in import (  # noqa: PLC0415
        import_segment_anything,
    )

    remove = import_segment_anything().utils.amg.remove_small_regions
    for seed in range(20):
        noise = np.random.default_rng(seed).random((24, 30))
        pixels = (noise + np.roll(noise, 1, 0) + np.roll(noise, 1, 1)) > 1.5
        expected = remove(remove(pixels, 9, "holes")[0], 9, "islands")[0]
        top, left, part = without_small_regions(Mask.crop(pixels), pixels.shape, 9)
        found = np.zeros_like(pixels)
        found[top : top + part.shape[0], left : left + part.shape[1]] = part
        np.testing.assert_array_equal(found, expected)
