import struct

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as st_numpy
from laecips_edge.core.image.codecs import ImageError
from laecips_edge.core.image.run_lengths import encode_runs
from laecips_edge.core.link.confidence_map import decode_confidence, encode_confidence

SHAPES = st_numpy.array_shapes(min_dims=2, max_dims=2, max_side=20)
MAP = np.full((9, 10), 200, np.uint8)


def coded(*, block: int = 8, sides: np.ndarray, levels: np.ndarray) -> bytes:
    first = encode_runs(sides)
    return struct.pack("<4sBBI", b"CON1", 153, block, len(first)) + first + encode_runs(levels)


SIDES, LEVELS = np.ones((9, 10), np.uint8), np.full((2, 2), 12, np.uint8)


@given(confidence=st_numpy.arrays(np.uint8, SHAPES), bound=st.floats(0, 1))
def test_no_pixel_changes_sides(confidence: np.ndarray, bound: float) -> None:
    decoded = decode_confidence(encode_confidence(confidence, bound=bound), shape=confidence.shape)
    assert np.array_equal(decoded < bound * 255, confidence < bound * 255)


@given(value=st.integers(0, 255))
def test_an_even_map_is_off_by_half_a_level(value: int) -> None:
    decoded = decode_confidence(encode_confidence(np.full((11, 17), value, np.uint8)))
    assert np.abs(decoded.astype(int) - value).max() <= 8


def test_certain_stays_certain() -> None:
    certain = np.full((16, 24), 255, np.uint8)
    assert np.array_equal(decode_confidence(encode_confidence(certain)), certain)


def test_the_format_is_as_described() -> None:
    sides = SIDES.copy()
    sides[0, 0] = 0
    decoded = decode_confidence(coded(sides=sides, levels=LEVELS))
    assert (decoded[0, 0], decoded[0, 1], decoded[8, 9]) == (152, 204, 204)


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "not a coded confidence map"),
        (b"CON1", "not a coded confidence map"),
        (encode_confidence(MAP)[:-1], "broken"),
        (encode_confidence(MAP)[:20], "broken|not run lengths"),
        (coded(sides=SIDES * 2, levels=LEVELS), "out of range"),
        (coded(sides=SIDES, levels=LEVELS + 4), "out of range"),
        (coded(block=0, sides=SIDES, levels=LEVELS), "blocks of no pixels"),
        (coded(block=4, sides=SIDES, levels=LEVELS), "is 2 x 2, must be 3 x 3"),
    ],
)
def test_garbage(data: bytes, reason: str) -> None:
    with pytest.raises(ImageError, match=reason):
        decode_confidence(data)


def test_another_shape() -> None:
    with pytest.raises(ImageError, match="is 9 x 10, must be 10 x 9"):
        decode_confidence(encode_confidence(MAP), shape=(10, 9))
