import struct
import zlib

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as st_numpy
from laecips_edge.core.image.codecs import ImageError
from laecips_edge.core.image.run_lengths import decode_runs, encode_runs

PIXELS = np.array([[0, 0, 7], [7, 255, 255]], np.uint8)


def of_runs(
    values: list[int], lengths: list[int], *, shape: tuple[int, int], more: int = 0
) -> bytes:
    ends = np.array(lengths, np.int64) - 1
    columns = np.concatenate([values, ends & 255, ends >> 8]).astype(np.uint8)
    deflate = zlib.compressobj(6, zlib.DEFLATED, -15)
    body = deflate.compress(columns.tobytes() + bytes(more)) + deflate.flush()
    return struct.pack("<4sHHI", b"RUN1", *shape, len(values)) + body


@given(
    pixels=st_numpy.arrays(
        np.uint8,
        st_numpy.array_shapes(min_dims=2, max_dims=2, max_side=9),
        elements=st.sampled_from([0, 1, 255]),
    )
)
def test_there_and_back(pixels: np.ndarray) -> None:
    assert np.array_equal(decode_runs(encode_runs(pixels), shape=pixels.shape), pixels)


def test_the_format_is_as_described() -> None:
    assert np.array_equal(decode_runs(of_runs([0, 7, 255], [2, 2, 2], shape=(2, 3))), PIXELS)


def test_a_run_longer_than_16_bits_is_split() -> None:
    pixels = np.full((300, 400), 9, np.uint8)
    assert np.array_equal(decode_runs(encode_runs(pixels)), pixels)


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "not run lengths"),
        (b"RUN1", "not run lengths"),
        (encode_runs(PIXELS)[:-1], "broken"),
        (encode_runs(PIXELS) + b"x", "longer than it says"),
        (of_runs([1], [5], shape=(2, 3)), "do not fill"),
        (of_runs([1, 2], [6, 1], shape=(2, 3)), "do not fill"),
        (of_runs([1], [6], shape=(2, 3), more=1), "longer than it says"),
        (of_runs([1], [6], shape=(2, 3), more=1 << 24), "longer than it says"),
        (of_runs([], [], shape=(2, 3)), "0 runs"),
        (of_runs([1] * 7, [1] * 7, shape=(2, 3)), "7 runs"),
        (struct.pack("<4sHHI", b"RUN1", 5_000, 5_000, 9_000_000), "9000000 runs"),
        (of_runs([1], [6], shape=(60_000, 60_000)), "60000 x 60000"),
    ],
)
def test_garbage(data: bytes, reason: str) -> None:
    with pytest.raises(ImageError, match=reason):
        decode_runs(data)


def test_another_shape() -> None:
    with pytest.raises(ImageError, match="is 2 x 3, must be 3 x 2"):
        decode_runs(encode_runs(PIXELS), shape=(3, 2))


def test_an_empty_picture_cannot_be_coded() -> None:
    with pytest.raises(ImageError, match="0 x 3"):
        encode_runs(np.zeros((0, 3), np.uint8))
