"""What a file says of its picture before the pixels."""

import struct

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from laecips_eval.datasets.checking.picture_header import has_16_bits, orientation_of


def tiff(orientation: int, order: str = "<", *, tag: int = 0x0112) -> bytes:
    """A TIFF of two entries, the second one the orientation."""
    start = struct.pack(order + "2sHI", b"II" if order == "<" else b"MM", 42, 8)
    other = struct.pack(order + "HHIHH", 0x0100, 3, 1, 7, 0)
    entry = struct.pack(order + "HHIHH", tag, 3, 1, orientation, 0)
    return start + struct.pack(order + "H", 2) + other + entry + bytes(4)


def jpeg(exif: bytes) -> bytes:
    plain = cv2.imencode(".jpg", np.zeros((8, 8), np.uint8))[1].tobytes()
    body = b"Exif\0\0" + exif
    return plain[:20] + b"\xff\xe1" + struct.pack(">H", len(body) + 2) + body + plain[20:]


def png(exif: bytes, dtype: type = np.uint8) -> bytes:
    plain = cv2.imencode(".png", np.zeros((8, 8), dtype))[1].tobytes()
    return plain[:33] + struct.pack(">I", len(exif)) + b"eXIf" + exif + bytes(4) + plain[33:]


@pytest.mark.parametrize("order", ["<", ">"])
@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("kind", [jpeg, png, bytes])
def test_orientations(kind: type, orientation: int, order: str) -> None:
    assert orientation_of(kind(tiff(orientation, order))) == orientation


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"no picture",
        cv2.imencode(".jpg", np.zeros((8, 8), np.uint8))[1].tobytes(),
        cv2.imencode(".png", np.zeros((8, 8), np.uint8))[1].tobytes(),
        jpeg(tiff(0)),
        jpeg(tiff(9)),
        jpeg(tiff(6, tag=0x0113)),
        jpeg(tiff(6)[:12]),
        jpeg(b""),
        jpeg(tiff(6))[:24],
    ],
)
def test_as_stored_where_nothing_is_said(data: bytes) -> None:
    assert orientation_of(data) == 1


@given(st.binary(max_size=80), st.sampled_from([b"", b"\xff\xd8", b"II*\0", b"\xff\xd8\xff\xe1"]))
def test_no_bytes_are_too_strange(data: bytes, start: bytes) -> None:
    assert 1 <= orientation_of(start + data) <= 8


@pytest.mark.parametrize(("dtype", "many"), [(np.uint8, False), (np.uint16, True)])
def test_bits(dtype: type, many: bool) -> None:
    assert has_16_bits(png(tiff(1), dtype)) == many
    assert not has_16_bits(jpeg(tiff(1)))
