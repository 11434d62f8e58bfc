import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from laecips_edge.core.inference import scores
from laecips_edge.core.inference.highest_class import cells_along, highest_class


def smooth(seed: int, classes: int, height: int, width: int) -> np.ndarray:
    """Scores of a few large regions, float32 [M,h,w]."""
    coarse = np.random.default_rng(seed).normal(0, 3, (classes, 3, 4)).astype(np.float32)
    return np.stack([cv2.resize(plane, (width, height)) for plane in coarse])


def everywhere(logits: np.ndarray, size: tuple[int, int]) -> tuple[np.ndarray, np.ndarray]:
    """The class of each pixel from all up-sampled scores, and where it is no tie."""
    up = scores.upsample(logits, size)
    second, first = np.partition(up, -2, axis=0)[-2:]
    return up.argmax(axis=0), first - second > 1e-4


@pytest.mark.parametrize("size", [(720, 1280), (721, 1283), (360, 480), (90, 120)])
def test_it_is_the_class_of_all_upsampled_scores(size: tuple[int, int]) -> None:
    logits = smooth(0, 10, 90, 120)
    found = highest_class(logits, size)
    assert found is not None
    expected, clear = everywhere(logits, size)
    assert (found.dtype, found.shape) == (np.uint8, size)
    assert len(np.unique(found)) > 4
    assert clear.mean() > 0.99
    np.testing.assert_array_equal(found[clear], expected[clear])


@given(st.integers(0, 1000), st.integers(2, 5), st.integers(1, 9), st.integers(1, 9), st.data())
def test_any_sides_will_do(seed: int, classes: int, h: int, w: int, data: st.DataObject) -> None:
    size = data.draw(st.integers(h, 40)), data.draw(st.integers(w, 40))
    logits = smooth(seed, classes, h, w)
    found = highest_class(logits, size)
    if found is not None:
        expected, clear = everywhere(logits, size)
        np.testing.assert_array_equal(found[clear], expected[clear])


def test_noise_is_left_to_others() -> None:
    noise = np.random.default_rng(0).normal(size=(4, 20, 20)).astype(np.float32)
    assert highest_class(noise, (200, 200)) is None


def test_ties_go_to_the_lower_class() -> None:
    found = highest_class(np.ones((3, 4, 4), np.float32), (40, 40))
    np.testing.assert_array_equal(found, np.zeros((40, 40)))


def test_every_pixel_is_in_one_cell() -> None:
    axis = cells_along(3, 7)
    assert axis.counts.sum() == 7
    assert axis.inside.sum() == 7
    assert axis.starts.tolist() == [0, 1, 3, 6]
    assert ((axis.weights >= 0) & (axis.weights < 1))[axis.inside].all()


def test_large_label_maps_are_made_so() -> None:
    logits = smooth(1, 6, 30, 40)
    for size in ((240, 320), (120, 160)):
        expected, clear = everywhere(logits, size)
        np.testing.assert_array_equal(scores.label_map_of(logits, size)[clear], expected[clear])
