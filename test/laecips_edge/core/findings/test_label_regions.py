"""Connected regions of a label map."""

import math

import numpy as np
import pytest
from laecips_edge.core.findings.label_regions import MOST_CORNERS, label_regions

PICTURE = np.array(
    [
        [0, 1, 1, 0, 0, 2],
        [0, 1, 0, 0, 2, 0],
        [0, 0, 0, 0, 0, 0],
        [1, 0, 0, 1, 1, 1],
        [0, 0, 0, 1, 0, 1],
        [0, 0, 0, 1, 1, 1],
    ],
    np.uint8,
)


def test_regions_are_those_of_the_chosen_classes_largest_first() -> None:
    regions, left_out = label_regions(PICTURE, None, {1, 2})
    assert [(it.label, it.area, it.box) for it in regions] == [
        (1, 8, (3, 3, 3, 3)),
        (1, 3, (1, 0, 2, 2)),
        (2, 2, (4, 0, 2, 2)),  # pixels that touch at a corner are one region
        (1, 1, (0, 3, 1, 1)),
    ]
    assert left_out == 0
    assert np.array_equal(regions[1].mask, [[True, True], [True, False]])


def test_small_regions_are_no_regions_and_those_beyond_the_largest_are_counted() -> None:
    regions, left_out = label_regions(PICTURE, None, {1, 2}, smallest=2, most=1)
    assert [it.area for it in regions] == [8]
    assert left_out == 2


def test_confidence_is_the_mean_of_the_regions_pixels() -> None:
    confidence = np.full(PICTURE.shape, 255, np.uint8)
    confidence[0, 1:3] = 102
    regions, _ = label_regions(PICTURE, confidence, {1}, smallest=3)
    assert [it.confidence for it in regions] == pytest.approx([1.0, 153 / 255])
    assert math.isnan(label_regions(PICTURE, None, {1})[0][0].confidence)


def test_a_map_without_such_a_class_has_no_region() -> None:
    assert label_regions(PICTURE, None, {7}) == ([], 0)
    assert label_regions(np.full((4, 4), 255, np.uint8), None, {1}) == ([], 0)


def test_an_outline_has_few_corners_of_the_picture() -> None:
    square = np.zeros((20, 30), np.uint8)
    square[5:15, 10:25] = 1
    (region,), _ = label_regions(square, None, {1})
    assert sorted(region.contour().tolist()) == [[10, 5], [10, 14], [24, 5], [24, 14]]
    comb = np.zeros((100, 400), np.uint8)
    comb[90:, :] = comb[:, ::2] = 1
    (region,), _ = label_regions(comb, None, {1})
    assert 3 <= len(region.contour()) <= MOST_CORNERS


def test_noise_makes_no_more_regions_than_asked() -> None:
    noise = np.random.default_rng(1).integers(0, 4, (360, 480), np.uint8)
    regions, left_out = label_regions(noise, None, {1, 2, 3}, most=32)
    assert len(regions) == 32
    assert left_out > 1000
