"""Pixel arithmetic in whole numbers."""

import cv2
import numpy as np
import pytest
from laecips_eval.inspection_scene.drawing.exact_pixels import add, blend, blur, reproducible, scale


@pytest.mark.parametrize(
    ("below", "above", "coverage", "expected"),
    [(10, 200, 0, 10), (10, 200, 255, 200), (0, 255, 128, 128), (200, 100, 51, 180)],
)
def test_blend(below: int, above: int, coverage: int, expected: int) -> None:
    one = np.full((1, 1, 3), below, np.uint8)
    two = np.full((1, 1, 3), above, np.uint8)
    assert blend(one, two, np.full((1, 1), coverage, np.uint8)).tolist() == [[[expected] * 3]]


def test_add_saturates() -> None:
    pixels = np.array([[[250, 5, 100]]], np.uint8)
    assert add(pixels, np.array([[10]], np.int16)).tolist() == [[[255, 15, 110]]]
    assert add(pixels, np.array([[-10]], np.int16)).tolist() == [[[240, 0, 90]]]


def test_scale_saturates() -> None:
    pixels = np.array([[[200, 100, 0]]], np.uint8)
    assert scale(pixels, np.array([[512]], np.int32)).tolist() == [[[255, 200, 0]]]
    assert scale(pixels, np.array([[256]], np.int32)).tolist() == pixels.tolist()


def test_blur_keeps_a_flat_plane_and_softens_an_edge() -> None:
    assert blur(np.full((9, 9), 77, np.uint8), 2).tolist() == [[77] * 9] * 9
    step = np.zeros((9, 20), np.uint8)
    step[:, 10:] = 200
    soft = blur(step, 1.5)
    assert 0 < soft[4, 9] < soft[4, 10] < 200
    assert blur(step, 0) is step


def test_reproducible_puts_ipp_back() -> None:
    before = cv2.ipp.useIPP()
    with reproducible():
        assert not cv2.ipp.useIPP()
    assert cv2.ipp.useIPP() == before
