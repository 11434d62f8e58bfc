"""SAM's records become masks of the picture, at whatever size it was cut."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays
from laecips_cloud.mask_generators.sam.torch_backend.records import mask_set, shrink, working_size
from laecips_cloud.masks import MaskSet


def record(pixels: np.ndarray, *, iou: float = 0.9, stability: float = 0.9) -> dict[str, Any]:
    """As segment-anything gives it: run lengths of the columns, the first of them off."""
    flat = np.concatenate([[False], pixels.T.reshape(-1)])
    changes = np.flatnonzero(flat[1:] != flat[:-1])
    counts = np.diff(np.concatenate([[0], changes, [pixels.size]])).tolist()
    runs = {"size": list(pixels.shape), "counts": counts}
    return {"segmentation": runs, "predicted_iou": iou, "stability_score": stability}


def whole(masks: MaskSet, index: int) -> np.ndarray:
    full = np.zeros(masks.shape, np.bool_)
    top, left, pixels = masks.masks[index]
    full[top : top + pixels.shape[0], left : left + pixels.shape[1]] = pixels
    return full


@given(arrays(np.bool_, array_shapes(min_dims=2, max_dims=2, max_side=8)))
def test_runs_become_pixels(pixels: np.ndarray) -> None:
    height, width = pixels.shape
    masks = mask_set([record(pixels)], (height, width))
    np.testing.assert_array_equal(whole(masks, 0), pixels)


@given(
    arrays(np.bool_, array_shapes(min_dims=2, max_dims=2, max_side=6)),
    st.integers(0, 9),
    st.integers(0, 9),
)
def test_each_pixel_of_a_larger_picture_is_as_where_it_lies(
    pixels: np.ndarray, more_rows: int, more_columns: int
) -> None:
    small_height, small_width = pixels.shape
    height, width = small_height + more_rows, small_width + more_columns
    enlarged = whole(mask_set([record(pixels)], (height, width)), 0)
    for row in range(height):
        for column in range(width):
            origin = (row * small_height // height, column * small_width // width)
            assert enlarged[row, column] == pixels[origin]


def test_a_mask_twice_as_large() -> None:
    pixels = np.array([[0, 1], [0, 1], [0, 0]], np.bool_)
    masks = mask_set([record(pixels)], (6, 4))
    assert (masks.masks[0].top, masks.masks[0].left) == (0, 2)
    assert masks.masks[0].pixels.tolist() == [[True, True]] * 4


@pytest.mark.parametrize(
    ("value", "rating"),
    [(0.5, 0.5), (1.02, 1.0), (-0.1, 0.0), (float("nan"), 0.0), (float("inf"), 1.0)],
)
def test_ratings_are_brought_into_range(value: float, rating: float) -> None:
    pixel = np.ones((1, 1), np.bool_)
    masks = mask_set([record(pixel, iou=value), record(pixel, stability=value)], (1, 1))
    assert sorted(masks.qualities) == sorted([rating, 0.9])
    assert sorted(masks.stabilities) == sorted([rating, 0.9])


def test_ratings_stay_with_their_masks() -> None:
    ratings = [(0.2, 0.9), (0.8, 0.1), (0.5, 0.5)]
    records = [
        record(np.arange(3)[None] == index, iou=iou, stability=stability)
        for index, (iou, stability) in enumerate(ratings)
    ]
    masks = mask_set(records, (1, 3))
    assert [mask.left for mask in masks.masks] == [1, 2, 0]  # the best rated first
    assert masks.qualities == (0.8, 0.5, 0.2)
    assert masks.stabilities == (0.1, 0.5, 0.9)


@pytest.mark.parametrize(("most_bytes", "kept"), [(48, 3), (47, 2), (32, 2), (16, 1), (15, 0)])
def test_the_best_rated_are_kept_where_memory_ends(most_bytes: int, kept: int) -> None:
    """Of a picture of 4 x 4 each takes 16 bytes, though it was cut at 2 x 2."""
    records = [record(np.ones((2, 2), np.bool_), iou=iou) for iou in (0.1, 0.9, 0.5)]
    masks = mask_set(records, (4, 4), most_bytes=most_bytes)
    assert masks.qualities == (0.9, 0.5, 0.1)[:kept]
    assert masks.count == len(masks.stabilities) == kept


def test_no_record() -> None:
    assert mask_set([], (3, 4)) == MaskSet((3, 4), (), (), ())


@pytest.mark.parametrize(
    ("shape", "size"),
    [
        ((1, 1), (1, 1)),
        ((1080, 1920), (1080, 1920)),
        ((2048, 2048), (2048, 2048)),
        ((2160, 3840), (1152, 2048)),
        ((10_000, 10_000), (2048, 2048)),
        ((1, 10_000), (1, 2048)),
    ],
)
def test_working_size(shape: tuple[int, int], size: tuple[int, int]) -> None:
    assert working_size(shape, 2048) == size
    assert shrink(np.zeros((*shape, 3), np.uint8), size).shape == (*size, 3)


def test_shrinking_is_a_mean() -> None:
    rgb = np.array([[[0, 10, 20], [20, 30, 40]]], np.uint8)
    assert shrink(rgb, (1, 1)).tolist() == [[[10, 20, 30]]]
    assert shrink(rgb, (1, 2)) is rgb
