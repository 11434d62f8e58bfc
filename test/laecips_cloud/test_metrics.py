import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from laecips_cloud.metrics import ConfusionMatrix, frame_iou

NAN = math.nan


def labels(*rows: list[int]) -> np.ndarray:
    return np.array(rows, np.uint8)


@pytest.mark.parametrize(
    ("predicted", "truth", "expected"),
    [
        ([0, 0, 1, 1], [0, 0, 1, 1], [1.0, 1.0, NAN]),
        ([0, 1, 1, 1], [0, 0, 1, 1], [1 / 2, 2 / 3, NAN]),
        ([1, 1, 0, 0], [0, 0, 1, 1], [0.0, 0.0, NAN]),
        # A class that only the answer has counts: it is wrong everywhere.
        ([0, 0, 2, 1], [0, 0, 1, 1], [1.0, 1 / 2, 0.0]),
        # No truth: left aside, whatever was answered.
        ([0, 0, 2, 1], [0, 0, 255, 1], [1.0, 1.0, NAN]),
        # No class in the answer: a miss of the true class, and nobody's false alarm.
        ([0, 255, 1, 1], [0, 0, 1, 1], [1 / 2, 1.0, NAN]),
        ([255, 255, 255, 255], [0, 0, 1, 1], [0.0, 0.0, NAN]),
        ([0, 0, 0, 0], [255, 255, 255, 255], [NAN, NAN, NAN]),
    ],
)
def test_iou(predicted, truth, expected):
    matrix = ConfusionMatrix(3)
    matrix.add(labels(predicted), labels(truth))
    np.testing.assert_allclose(matrix.iou(), expected)
    mean = np.nanmean(expected) if not np.isnan(expected).all() else NAN
    assert matrix.miou() == pytest.approx(mean, nan_ok=True)
    assert frame_iou(labels(predicted), labels(truth), 3) == pytest.approx(mean, nan_ok=True)


def test_recall_is_the_share_of_true_pixels_that_were_found():
    matrix = ConfusionMatrix(3)
    matrix.add(labels([0, 0, 1, 255]), labels([0, 0, 0, 1]))
    np.testing.assert_allclose(matrix.recall(), [2 / 3, 0.0, NAN])


def test_precision_is_the_share_of_answers_that_are_right():
    matrix = ConfusionMatrix(3)
    matrix.add(labels([0, 0, 1, 255]), labels([0, 0, 0, 1]))
    np.testing.assert_allclose(matrix.precision(), [1.0, 0.0, NAN])
    matrix.add(labels([1, 1, 1, 0]), labels([1, 1, 0, 255]))
    np.testing.assert_allclose(matrix.precision(), [1.0, 1 / 2, NAN])


def test_the_two_measures_differ_where_frames_differ_in_size_of_a_class():
    # Class 1 is all of one frame and a sliver of the other, where it is missed.
    frames = [(labels([1, 1, 1, 1]), labels([1, 1, 1, 1])), (labels([0] * 4), labels([0, 0, 0, 1]))]
    matrix = ConfusionMatrix(2)
    for predicted, truth in frames:
        matrix.add(predicted, truth)
    assert matrix.miou() == pytest.approx((3 / 4 + 4 / 5) / 2)
    assert [frame_iou(*frame, 2) for frame in frames] == [1.0, (3 / 4 + 0) / 2]


def test_a_frame_without_truth_says_nothing():
    assert math.isnan(frame_iou(labels([0, 1]), labels([255, 255]), 2))


@pytest.mark.parametrize(
    ("predicted", "truth", "message"),
    [
        (labels([0, 1]), labels([0, 1, 1]), r"label map \[1, 2\] against truth \[1, 3\]"),
        (labels([0, 3]), labels([0, 1]), "label 3 is none of 3 classes"),
        (labels([0, 1]), labels([0, 254]), "label 254 is none of 3 classes"),
    ],
)
def test_bad_label_maps(predicted, truth, message):
    with pytest.raises(ValueError, match=message):
        ConfusionMatrix(3).add(predicted, truth)


label_maps = arrays(np.uint8, (4, 5), elements=st.sampled_from([0, 1, 2, 3, 255]))


@given(st.lists(st.tuples(label_maps, label_maps), min_size=1, max_size=4))
def test_counts_equal_the_pixel_loop(frames):
    matrix = ConfusionMatrix(4)
    expected = np.zeros((4, 5), int)
    for predicted, truth in frames:
        matrix.add(predicted, truth)
        for p, t in zip(predicted.flat, truth.flat, strict=True):
            if t != 255:
                expected[t, min(p, 4)] += 1
    np.testing.assert_array_equal(matrix.counts, expected)


@given(st.lists(st.tuples(label_maps, label_maps), min_size=1, max_size=4))
def test_the_sum_of_matrices_is_the_matrix_of_all_their_frames(frames):
    total, parts = ConfusionMatrix(4), []
    for predicted, truth in frames:
        part = ConfusionMatrix(4)
        for matrix in (total, part):
            matrix.add(predicted, truth)
        parts.append(part)
    before = [part.counts.copy() for part in parts]
    np.testing.assert_array_equal(ConfusionMatrix.sum(iter(parts)).counts, total.counts)
    np.testing.assert_array_equal([part.counts for part in parts], before)
