import struct
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as st_numpy
from laecips_edge.core.image import image_messages
from laecips_edge.core.image.image_messages import ImageError

RED, GREEN, BLUE, GREY = [255, 0, 0], [0, 255, 0], [0, 0, 255], [77, 77, 77]


def message(encoding: str, height: int, width: int, data: bytes, **fields: Any) -> SimpleNamespace:
    """An image message whose step is what its data suggests."""
    fields = {"step": len(data) // max(height, 1), "is_bigendian": 0} | fields
    return SimpleNamespace(encoding=encoding, height=height, width=width, data=data, **fields)


@pytest.mark.parametrize(
    ("encoding", "data", "expected"),
    [
        ("rgb8", [255, 0, 0, 0, 0, 255], [RED, BLUE]),
        ("bgr8", [255, 0, 0, 0, 0, 255], [BLUE, RED]),
        ("8UC3", [255, 0, 0, 0, 0, 255], [BLUE, RED]),
        ("rgba8", [255, 0, 0, 9, 0, 0, 255, 9], [RED, BLUE]),
        ("bgra8", [255, 0, 0, 9, 0, 0, 255, 9], [BLUE, RED]),
        ("8UC4", [255, 0, 0, 9, 0, 0, 255, 9], [BLUE, RED]),
        ("mono8", [77, 0], [GREY, [0, 0, 0]]),
        ("8UC1", [77, 0], [GREY, [0, 0, 0]]),
        ("mono16", [3, 77, 255, 0], [GREY, [0, 0, 0]]),
        ("rgb16", [1, 255, 2, 0, 3, 0, 4, 0, 5, 0, 6, 255], [RED, BLUE]),
        ("bgr16", [1, 255, 2, 0, 3, 0, 4, 0, 5, 0, 6, 255], [BLUE, RED]),
        ("16UC3", [1, 255, 2, 0, 3, 0, 4, 0, 5, 0, 6, 255], [BLUE, RED]),
        ("rgba16", [1, 255, 2, 0, 3, 0, 9, 9, 4, 0, 5, 0, 6, 255, 9, 9], [RED, BLUE]),
        ("bgra16", [1, 255, 2, 0, 3, 0, 9, 9, 4, 0, 5, 0, 6, 255, 9, 9], [BLUE, RED]),
        ("16UC4", [1, 255, 2, 0, 3, 0, 9, 9, 4, 0, 5, 0, 6, 255, 9, 9], [BLUE, RED]),
    ],
)
def test_to_rgb(encoding: str, data: list[int], expected: list[list[int]]) -> None:
    rgb = image_messages.to_rgb(message(encoding, 1, 2, bytes(data)))
    assert rgb.dtype == np.uint8
    assert rgb.tolist() == [expected]


# Y, U, V of pure green in the narrow range of BT.601: 145, 54, 34.
@pytest.mark.parametrize(
    ("encoding", "data"),
    [
        ("yuv422", [54, 145, 34, 145]),
        ("uyvy", [54, 145, 34, 145]),
        ("yuv422_yuy2", [145, 54, 145, 34]),
        ("yuyv", [145, 54, 145, 34]),
    ],
)
def test_yuv(encoding: str, data: list[int]) -> None:
    rgb = image_messages.to_rgb(message(encoding, 1, 2, bytes(data)))
    assert np.abs(rgb.astype(int) - GREEN).max() <= 3


@pytest.mark.parametrize(
    ("encoding", "largest", "bits"),
    [
        ("mono16", 1023, 10),
        ("mono16", 1024, 12),
        ("bayer_rggb16", 4095, 12),
        ("mono16", 4096, 16),
        ("mono16", 0, 0),
        ("mono8", 1, None),
    ],
)
def test_pictures_that_use_few_bits(encoding: str, largest: int, bits: int | None) -> None:
    data = np.array([[0, largest], [largest, 0]], np.uint8 if encoding == "mono8" else "<u2")
    assert image_messages.used_bits(message(encoding, 2, 2, data.tobytes())) == bits


@pytest.mark.parametrize(
    ("encoding", "cell"),
    [
        ("bayer_rggb8", [[200, 100], [100, 30]]),
        ("bayer_bggr8", [[30, 100], [100, 200]]),
        ("bayer_gbrg8", [[100, 30], [200, 100]]),
        ("bayer_grbg8", [[100, 200], [30, 100]]),
    ],
)
def test_bayer(encoding: str, cell: list[list[int]]) -> None:
    mosaic = np.tile(np.array(cell, np.uint8), (4, 4))
    rgb = image_messages.to_rgb(message(encoding, 8, 8, mosaic.tobytes()))
    assert rgb[2:6, 2:6].reshape(-1, 3).tolist() == [[200, 100, 30]] * 16


def test_step_may_be_padded_and_byte_order_is_obeyed() -> None:
    rows = bytes([77, 0, 9, 9]) + bytes([0, 77, 9, 9])
    assert image_messages.to_rgb(message("mono8", 2, 2, rows))[..., 0].tolist() == [
        [77, 0],
        [0, 77],
    ]
    big = message("mono16", 1, 2, bytes([77, 3, 0, 255]), is_bigendian=1)
    assert image_messages.to_rgb(big)[..., 0].tolist() == [[77, 0]]


@pytest.mark.parametrize(
    ("broken", "reason"),
    [
        (message("nv99", 1, 2, bytes(2)), "encoding 'nv99' is not known: use one of rgb8, "),
        (message("", 1, 2, bytes(2)), "encoding '' is not known"),
        (message("16UC1", 1, 2, bytes(4)), "holds depth"),
        (message("rgb8", 0, 0, b""), "0 x 0 rgb8 has no pixels"),
        (message("rgb8", 0, 2, b""), "0 x 2 rgb8 has no pixels"),
        (message("rgb8", 1, 2, bytes(5)), "step is 5, data has 5 bytes"),
        (message("rgb8", 2, 2, bytes(6), step=6), "step is 6, data has 6 bytes"),
        (message("mono8", 1, 1, bytes(2), step=1), "step is 1, data has 2 bytes"),
        (message("yuyv", 1, 3, bytes(6)), "width 3 is odd: yuyv comes in pairs"),
    ],
)
def test_what_is_wrong_is_told(broken: SimpleNamespace, reason: str) -> None:
    with pytest.raises(ImageError, match=reason):
        image_messages.to_rgb(broken)


@pytest.mark.parametrize(
    ("encoding", "data", "expected"),
    [
        ("16UC1", struct.pack("<3H", 0, 1500, 65535), [0, 1500, 65535]),
        ("mono16", struct.pack("<3H", 0, 1500, 65535), [0, 1500, 65535]),
        ("32FC1", struct.pack("<3f", 0, 1.5, 70), [0, 1500, 65535]),
        ("32FC1", struct.pack("<3f", float("nan"), float("inf"), -float("inf")), [0, 65535, 0]),
    ],
)
def test_to_depth(encoding: str, data: bytes, expected: list[int]) -> None:
    depth = image_messages.to_depth(message(encoding, 1, 3, data))
    assert depth.dtype == np.uint16
    assert depth.tolist() == [expected]


def test_a_picture_is_no_depth() -> None:
    with pytest.raises(ImageError, match="encoding 'rgb8' holds no depth: use one of 16UC1"):
        image_messages.to_depth(message("rgb8", 1, 1, bytes(3)))


@given(
    pixels=st_numpy.arrays(
        np.uint8, st_numpy.array_shapes(min_dims=2, max_dims=2, max_side=8).map(lambda s: (*s, 3))
    )
)
def test_fields_and_back(pixels: np.ndarray) -> None:
    fields = image_messages.image_fields(pixels, "rgb8")
    assert np.array_equal(image_messages.to_rgb(SimpleNamespace(**fields)), pixels)


@given(
    encoding=st.sampled_from(
        ["rgb8", "mono8", "mono16", "yuyv", "bayer_rggb8", "nv12", "nv24", "32FC1", "odd"]
    ),
    size=st.tuples(st.integers(0, 5), st.integers(0, 5)),
    step=st.integers(0, 40),
    data=st.binary(max_size=80),
)
def test_no_header_breaks_more_than_its_own_frame(
    encoding: str, size: tuple[int, int], step: int, data: bytes
) -> None:
    try:
        rgb = image_messages.to_rgb(message(encoding, *size, data, step=step))
    except ImageError:
        return
    assert rgb.shape == (*size, 3)


def test_compressed_errors_name_the_format() -> None:
    with pytest.raises(ImageError, match=r"format .h264.: H\.264 or H\.265 video"):
        image_messages.decode_compressed(b"\0\0\0\1", "h264")
