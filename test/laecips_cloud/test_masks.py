"""Masks and regions check themselves."""

import re

import numpy as np
import pytest
from laecips_cloud.masks import Mask, MaskSet, Partition


def test_a_mask_is_cut_to_its_bounding_box() -> None:
    full = np.zeros((5, 6), bool)
    full[2, 3] = full[3, 1] = True
    mask = Mask.crop(full)
    assert (mask.top, mask.left) == (2, 1)
    assert mask.pixels.tolist() == [[False, False, True], [True, False, False]]


def test_an_empty_mask_is_an_empty_crop() -> None:
    assert Mask.crop(np.zeros((5, 6), bool)).pixels.size == 0


@pytest.mark.parametrize(
    ("mask", "message"),
    [
        (Mask(0, 0, np.ones((2, 2), np.uint8)), "mask 0 is uint8 (2, 2): masks are boolean"),
        (Mask(0, 0, np.ones(2, bool)), "mask 0 is bool (2,)"),
        (Mask(2, 0, np.ones((2, 1), bool)), "mask 0 covers rows 2..4, columns 0..1, outside"),
        (Mask(0, 3, np.ones((1, 2), bool)), "columns 3..5, outside the image of 3 x 4"),
        (Mask(-1, 0, np.ones((1, 1), bool)), "rows -1..0"),
    ],
)
def test_a_mask_that_cannot_be(mask: Mask, message: str) -> None:
    with pytest.raises(ValueError, match=re.escape(message)):
        MaskSet((3, 4), (mask,))


def test_too_many_masks() -> None:
    with pytest.raises(ValueError, match="65536 masks: a set holds at most 65535"):
        MaskSet((1, 1), (Mask(0, 0, np.ones((1, 1), bool)),) * 65_536)


PIXEL = Mask(0, 0, np.ones((1, 1), bool))


@pytest.mark.parametrize("name", ["qualities", "stabilities"])
@pytest.mark.parametrize("ratings", [None, (), (0.0,), (0.0, 1.0), (0.5, 0.5, 1e-9)])
def test_ratings_are_one_a_mask(name: str, ratings: tuple[float, ...] | None) -> None:
    count = 0 if ratings is None else len(ratings)
    masks = MaskSet((1, 1), (PIXEL,) * count, **{name: ratings})
    assert getattr(masks, name) == ratings
    assert masks.count == count


@pytest.mark.parametrize(
    ("qualities", "message"),
    [
        ((), "0 qualities of 2 masks: give one a mask, in 0 to 1"),
        ((0.5,), "1 qualities of 2 masks"),
        ((0.5, 0.5, 0.5), "3 qualities of 2 masks"),
        ((0.5, 1.001), "2 qualities of 2 masks: give one a mask, in 0 to 1"),
        ((-0.001, 0.5), "2 qualities of 2 masks"),
        ((0.5, float("nan")), "2 qualities of 2 masks"),
    ],
)
def test_qualities_that_cannot_be(qualities: tuple[float, ...], message: str) -> None:
    with pytest.raises(ValueError, match=re.escape(message)):
        MaskSet((1, 1), (PIXEL, PIXEL), qualities)


def test_stabilities_that_cannot_be() -> None:
    with pytest.raises(ValueError, match="1 stabilities of 2 masks: give one a mask, in 0 to 1"):
        MaskSet((1, 1), (PIXEL, PIXEL), (0.5, 0.5), (0.5,))


def test_masks_are_counted_with_the_empty_ones() -> None:
    empty = np.zeros((2, 3), bool)
    masks = MaskSet.of([empty, ~empty])
    assert (masks.count, masks.qualities, masks.stabilities) == (2, None, None)
    assert Partition(np.array([[0, 0, 4], [4, 2, 0]], np.int32)).count == 5


def test_full_masks_are_of_one_size() -> None:
    with pytest.raises(ValueError, match="all of one size"):
        MaskSet.of([np.ones((2, 2), bool), np.ones((2, 3), bool)])


@pytest.mark.parametrize(
    ("regions", "message"),
    [
        (np.zeros((2, 2), np.int64), "regions are int64 (2, 2): expected int32 [H, W]"),
        (np.zeros((0, 2), np.int32), "expected int32 [H, W]"),
        (np.array([[0, -1]], np.int32), "region ids run from -1 to 0: expected 0 to 1"),
        (np.array([[0, 2]], np.int32), "region ids run from 0 to 2: expected 0 to 1"),
    ],
)
def test_regions_that_cannot_be(regions: np.ndarray, message: str) -> None:
    with pytest.raises(ValueError, match=re.escape(message)):
        Partition(regions)
