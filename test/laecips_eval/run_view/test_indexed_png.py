"""Label maps as coloured PNG files."""

import cv2
import numpy as np
import pytest
from laecips_eval.run_view.indexed_png import indexed_png

PALETTE = [(1, 2, 3), (250, 0, 10), (0, 200, 0)]


@pytest.mark.parametrize("size", [(1, 1), (7, 5), (96, 128)], ids=str)
def test_a_decoder_sees_the_colours(size: tuple[int, int]) -> None:
    label_map = np.random.default_rng(2).choice(np.array([0, 1, 2, 255], np.uint8), size)
    data = indexed_png(label_map, PALETTE)
    bgr = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_COLOR)
    expected = np.zeros((256, 3), np.uint8)
    expected[:3] = PALETTE
    np.testing.assert_array_equal(bgr[:, :, ::-1], expected[label_map])


def test_views_of_a_larger_map_are_taken() -> None:
    label_map = np.arange(12, dtype=np.uint8).reshape(3, 4) % 3
    assert indexed_png(label_map[:, ::2], PALETTE) == indexed_png(label_map[:, ::2].copy(), PALETTE)
