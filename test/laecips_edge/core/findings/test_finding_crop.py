"""The picture of a finding."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from laecips_edge.core.findings.finding_crop import crop, crop_box
from laecips_edge.core.image.codecs import decode_rgb


def test_a_crop_has_surroundings() -> None:
    assert crop_box((100, 100, 60, 20), (360, 480)) == (70, 70, 120, 80)
    assert crop_box((100, 100, 4, 4), (360, 480)) == (84, 84, 36, 36)


@given(st.integers(0, 90), st.integers(0, 90), st.integers(1, 10), st.integers(1, 10))
def test_a_crop_lies_in_the_picture_around_its_box(
    left: int, top: int, width: int, height: int
) -> None:
    x, y, across, down = crop_box((left, top, width, height), (100, 100))
    assert 0 <= x <= left < left + width <= x + across <= 100
    assert 0 <= y <= top < top + height <= y + down <= 100


def test_a_crop_is_a_jpeg_of_the_box() -> None:
    rgb = np.zeros((40, 60, 3), np.uint8)
    rgb[10:20, 30:50] = (200, 20, 20)
    pixels = decode_rgb(crop(rgb, (30, 10, 20, 10)))
    assert pixels.shape == (10, 20, 3)
    assert np.abs(pixels.astype(int) - (200, 20, 20)).max() < 12
