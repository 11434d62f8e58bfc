"""What is said of small masks is what is true of the large ones."""

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from laecips_cloud.mask_generators.sam.automatic.geometry import PictureAxes, geometry
from laecips_cloud.mask_generators.sam.automatic.low_res_masks import cut, enlarge, stability

SHAPES = [(72, 96), (300, 211), (33, 31), (128, 40)]


def blob(seed: int, size: float) -> np.ndarray:
    """Logits [32, 32] of a wavy ellipse anywhere, partly beyond the edges too."""
    rng = np.random.default_rng(seed)
    y, x = np.mgrid[:32, :32] - rng.uniform(0, 32, (2, 1, 1))
    radius = size * (1 + 0.3 * np.sin(3 * np.arctan2(y, x)))
    return (2 * (radius - np.hypot(y, x * rng.uniform(0.5, 2)))).astype(np.float32)


def full_size(logits: np.ndarray, place: PictureAxes) -> np.ndarray:
    return place.rows.operator @ logits @ place.columns.operator.T


blobs = st.builds(blob, st.integers(0, 10**6), st.floats(0.7, 14))
shapes = st.sampled_from(SHAPES)


@settings(max_examples=60)
@given(logits=blobs, shape=shapes, threshold=st.sampled_from([0.0, -1.0, 1.5]))
def test_enlarged_it_is_the_large_one(
    logits: np.ndarray, shape: tuple[int, int], threshold: float
) -> None:
    place = geometry(shape, 128, 32)
    expected = full_size(logits, place) > threshold
    small = cut(logits, threshold, place)
    found = np.zeros(shape, np.bool_)
    if small is not None:
        top, left, pixels = enlarge(small, threshold, place)
        found[top : top + pixels.shape[0], left : left + pixels.shape[1]] = pixels
    # float32 sums of another order: a pixel on the rim may turn, none may be lost.
    assert np.count_nonzero(found != expected) <= 1


@settings(max_examples=60)
@given(logits=blobs, shape=st.sampled_from([(128, 128), (300, 300), (33, 33)]))
def test_its_box_is_the_large_ones_but_for_its_tips(
    logits: np.ndarray, shape: tuple[int, int]
) -> None:
    place = geometry(shape, 128, 32)
    expected = full_size(logits, place) > 0
    small = cut(logits, 0.0, place)
    if small is None or not expected.any():
        return
    rows, columns = (np.flatnonzero(expected.any(axis=axis)) for axis in (1, 0))
    truth = np.array([columns[0], rows[0], columns[-1], rows[-1]])
    # A pixel of a small mask.
    tolerance = 1 + 4 * max(shape) / 128
    np.testing.assert_allclose(small.box, truth, atol=tolerance)


@settings(max_examples=100)
@given(logits=blobs, shape=shapes, least=st.sampled_from([0.3, 0.6, 0.8]))
@example(logits=blob(303, 6.0), shape=(33, 31), least=0.8)
def test_stability_is_decided_as_at_full_size(
    logits: np.ndarray, shape: tuple[int, int], least: float
) -> None:
    place = geometry(shape, 128, 32)
    large = full_size(logits, place)
    larger, smaller = np.count_nonzero(large > -1), np.count_nonzero(large > 1)
    if larger < 4 or abs(smaller / larger - least) < 1e-3:
        return
    assert (stability(logits, 0.0, 1.0, least, place) > least) == (smaller / larger > least)


@pytest.mark.parametrize("bound", [0.0, 0.5])
def test_an_empty_mask_has_no_stability(bound: float) -> None:
    empty = np.full((32, 32), -9, np.float32)
    place = geometry((72, 96), 128, 32)
    assert stability(empty, 0.0, 1.0, bound, place) == 0
    assert cut(empty, 0.0, place) is None


def test_what_lies_in_the_padding_is_none() -> None:
    logits = np.full((32, 32), -9, np.float32)
    logits[26:] = 9  # the picture ends before row 24
    assert cut(logits, 0.0, geometry((72, 96), 128, 32)) is None
