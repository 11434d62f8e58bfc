"""Regions of the truth, and masks that are cut along it."""

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays
from laecips_cloud.fusion.mask_fusion import fuse
from laecips_eval.mask_study.true_regions import SMALLEST_REGION, perfect_masks, true_regions


def test_connected_regions_are_numbered_class_by_class() -> None:
    label = np.full((20, 40), 255, np.uint8)
    label[:, :10] = 1
    label[:, 30:] = 1  # the same class elsewhere is another region
    label[:10, 10:20] = 0
    label[12:18, 20:28] = 2  # 48 pixels
    assert label[label == 2].size < SMALLEST_REGION
    regions, count = true_regions(label)
    assert count == 3
    assert [int(regions[0, column]) for column in (15, 0, 39)] == [1, 2, 3]
    assert not regions[label == 2].any()
    assert not regions[label == 255].any()


def test_labels_that_are_no_classes_make_no_regions() -> None:
    label = np.zeros((10, 20), np.uint8)
    label[:, 10:] = 7
    assert true_regions(label, 7)[1] == 1
    assert true_regions(label, 8)[1] == 2


truths = arrays(
    np.uint8,
    array_shapes(min_dims=2, max_dims=2, max_side=9),
    elements=st.sampled_from([0, 1, 2, 255]),
)


@pytest.mark.parametrize(
    ("truth", "regions"),
    [
        ([[0, 0], [0, 0]], [[0, 0], [0, 0]]),
        ([[0, 1], [0, 1]], [[0, 1], [0, 1]]),
        # A class that lies in two places makes two regions.
        ([[0, 1, 0], [0, 1, 0]], [[0, 1, 2], [0, 1, 2]]),
        # Corners that touch are connected.
        ([[0, 1], [1, 0]], [[0, 1], [1, 0]]),
        # What has no class is a region too.
        ([[255, 3, 255]], [[0, 1, 2]]),
    ],
)
def test_regions(truth: list[list[int]], regions: list[list[int]]) -> None:
    cut = perfect_masks(np.array(truth, np.uint8))
    assert cut.count == np.max(regions) + 1
    # Up to their numbers, which mean nothing.
    pairs = set(zip(cut.regions.flat, np.ravel(regions), strict=True))
    assert len(pairs) == cut.count


@given(truths)
def test_every_region_is_connected_and_all_there_is_of_its_class_there(truth: np.ndarray) -> None:
    cut = perfect_masks(truth)
    assert np.unique(cut.regions).tolist() == list(range(cut.count))
    for number in range(cut.count):
        inside = cut.regions == number
        (label,) = np.unique(truth[inside])
        parts, _ = cv2.connectedComponents(inside.astype(np.uint8))
        assert parts == 2
        around = cv2.dilate(inside.astype(np.uint8), np.ones((3, 3), np.uint8)) > 0
        assert not (truth[around & ~inside] == label).any()


@given(truths)
def test_with_scores_that_are_mostly_right_f_is_right(truth: np.ndarray) -> None:
    truth = np.where(truth == 255, np.uint8(0), truth)
    scores = np.full((3, *truth.shape), 0.2, np.float32)
    np.put_along_axis(scores, truth[None].astype(np.intp), 0.6, axis=0)
    np.testing.assert_array_equal(fuse(scores, perfect_masks(truth)).label_map, truth)
