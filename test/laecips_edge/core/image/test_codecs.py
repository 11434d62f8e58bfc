import struct
import zlib

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from laecips_edge.core.image import codecs
from laecips_edge.core.image.codecs import ImageError

GRADIENT = np.arange(16 * 24, dtype=np.uint16).reshape(16, 24)
GREY = (GRADIENT % 256).astype(np.uint8)
COLOUR = np.dstack([GREY, GREY.T.reshape(16, 24), np.full_like(GREY, 90)])
JPEG = codecs.encode_jpeg(COLOUR, 90)


def with_segment(jpeg: bytes, marker: int, content: bytes) -> bytes:
    """The JPEG with an application segment after its start."""
    return (
        jpeg[:2] + bytes([0xFF, marker]) + struct.pack(">H", len(content) + 2) + content + jpeg[2:]
    )


EXIF_TURNED = b"Exif\0\0MM\0*\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0\x06\0\0\0\0\0\0"


def test_jpeg_comes_back_in_rgb() -> None:
    red = np.zeros((16, 16, 3), np.uint8)
    red[..., 0] = 200
    decoded = codecs.decode_rgb(codecs.encode_jpeg(red, 95))
    assert np.abs(decoded.astype(int) - red).max() <= 3


def test_exif_does_not_turn_the_picture() -> None:
    turned = with_segment(JPEG, 0xE1, EXIF_TURNED)
    as_shown = cv2.imdecode(np.frombuffer(turned, np.uint8), cv2.IMREAD_COLOR)
    assert as_shown.shape[:2] == (24, 16)  # what a viewer makes of it
    assert np.array_equal(codecs.decode_rgb(turned), codecs.decode_rgb(JPEG))


@pytest.mark.parametrize("areas", [False, True])
@pytest.mark.parametrize("pixels", [GREY, GRADIENT], ids=["uint8", "uint16"])
def test_png_is_exact(pixels: np.ndarray, areas: bool) -> None:
    data = codecs.encode_png(pixels, areas=areas)
    decoded = codecs.decode_png(data, dtype=pixels.dtype.type)
    assert decoded.dtype == pixels.dtype
    assert np.array_equal(decoded, pixels)


@pytest.mark.parametrize("share", [0.05, 0.5, 0.9])
@pytest.mark.parametrize("data", [JPEG, codecs.encode_png(COLOUR)], ids=["jpeg", "png"])
def test_truncated_is_told(data: bytes, share: float) -> None:
    length = int(share * len(data))
    with pytest.raises(ImageError, match=f"truncated after {length} bytes"):
        codecs.decode_rgb(data[:length])


def test_a_thumbnail_does_not_hide_a_truncation() -> None:
    whole = with_segment(JPEG, 0xE1, b"Exif\0\0" + JPEG)
    assert codecs.decode_rgb(whole).shape == COLOUR.shape
    with pytest.raises(ImageError, match="truncated"):
        codecs.decode_rgb(whole[:-20])


def test_padding_after_the_end_is_allowed() -> None:
    assert codecs.decode_rgb(JPEG + b"\0" * 16).shape == COLOUR.shape


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "no data"),
        (b"GIF89a....", "neither JPEG nor PNG"),
        (b"\0\0\0\1\x67\x64\0\x28", "H.264 or H.265 video, not pictures: publish JPEG"),
        (b"\xff\xd8\xff\xd9", "truncated|broken"),
        (JPEG[:2] + b"\xff\xda\0\x02" + b"\xff\xd9", "broken"),
    ],
)
def test_no_picture_at_all(data: bytes, reason: str) -> None:
    with pytest.raises(ImageError, match=reason):
        codecs.decode_rgb(data)


def claiming(height: int, width: int) -> bytes:
    """A small PNG whose header, checksum and all, claims another size."""
    data = codecs.encode_png(GREY)
    header = b"IHDR" + struct.pack(">II", width, height) + data[24:29]
    return data[:12] + header + struct.pack(">I", zlib.crc32(header)) + data[33:]


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (JPEG, "not a PNG"),
        (codecs.encode_png(GREY[:, :12]), "is 16 x 12, must be 16 x 24"),
        (claiming(100_000, 100_000), "is 100000 x 100000, must be 16 x 24"),
        (codecs.encode_png(COLOUR), r"must be one channel of uint8"),
        (codecs.encode_png(GRADIENT), "has pixels uint16"),
    ],
)
def test_another_png_than_agreed_is_refused(data: bytes, reason: str) -> None:
    with pytest.raises(ImageError, match=reason):
        codecs.decode_png(data, dtype=np.uint8, shape=(16, 24))


def with_size(jpeg: bytes, height: int, width: int) -> bytes:
    """The JPEG with another size in its header."""
    at = jpeg.index(b"\xff\xc0") + 5
    return jpeg[:at] + struct.pack(">HH", height, width) + jpeg[at + 4 :]


@pytest.mark.parametrize(
    "data", [with_size(JPEG, 10_000, 20_000), claiming(10_000, 20_000)], ids=["jpeg", "png"]
)
def test_no_memory_is_taken_for_what_a_header_claims(data: bytes) -> None:
    with pytest.raises(ImageError, match=r"10000 x 20000, 200\.0 megapixels, .* 33\.6 are taken"):
        codecs.decode_rgb(data)


def test_the_largest_picture_that_is_taken() -> None:
    assert codecs.decode_rgb(JPEG, most_pixels=16 * 24).shape == COLOUR.shape
    with pytest.raises(ImageError, match="16 x 24"):
        codecs.decode_rgb(JPEG, most_pixels=16 * 24 - 1)


PNG = codecs.encode_png(GREY)


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (PNG[:33] + b"\xff" * 4 + PNG[37:], "truncated after"),
        (PNG[:40] + b"\xff" + PNG[41:], "a checksum is wrong"),
        (PNG[:33] + PNG[8:], "no header, or two"),
        (PNG[:8] + PNG[33:], "no header, or two"),
    ],
)
def test_a_png_whose_chunks_are_not_whole(data: bytes, reason: str) -> None:
    with pytest.raises(ImageError, match=reason):
        codecs.decode_rgb(data)


def test_other_chunks_of_a_png_are_not_decoded() -> None:
    text = b"zTXtComment\0\0" + zlib.compress(bytes(100))
    chunk = struct.pack(">I", len(text) - 4) + text + struct.pack(">I", zlib.crc32(text))
    data = PNG[:33] + chunk + PNG[33:] + b"padding"
    assert (codecs.decode_png(data, dtype=np.uint8) == GREY).all()


def test_scores_and_maps_are_bounded_too() -> None:
    with pytest.raises(ImageError, match=r"10000 x 20000, 200\.0 megapixels"):
        codecs.decode_png(claiming(10_000, 20_000), dtype=np.uint8)


def test_bytes_that_hide_a_header() -> None:
    """A decoder passes over FF 00 and finds the header of a huge picture behind it."""
    at = JPEG.index(b"\xff\xc0")
    huge = with_size(JPEG, 30_000, 30_000)
    with pytest.raises(ImageError, match=r"broken picture|truncated"):
        codecs.decode_rgb(huge[:at] + b"\xff\0" + huge[at:])


NOISE = np.random.default_rng(0).integers(0, 255, (48, 64, 3), np.uint8)
DETAILED = codecs.encode_jpeg(NOISE, 90)


@pytest.mark.skipif(codecs.simplejpeg is None, reason="simplejpeg is not installed")
@pytest.mark.parametrize("lost", [slice(-2000, -1000), slice(-1000, -2)])
def test_a_jpeg_that_is_damaged_inside(lost: slice) -> None:
    damaged = bytearray(DETAILED)
    del damaged[lost]
    with pytest.raises(ImageError, match=r"damaged \(.*premature end.*\): send it again"):
        codecs.decode_rgb(damaged)


@pytest.mark.parametrize("stray", [b"\x12" * 3, b"\0" * 9])
def test_stray_bytes_before_the_end_are_harmless(stray: bytes) -> None:
    with_stray = DETAILED[:-2] + stray + DETAILED[-2:]
    assert np.array_equal(codecs.decode_rgb(with_stray), codecs.decode_rgb(DETAILED))


@pytest.mark.parametrize("sampling", ["411", "420", "422", "440", "444"])
@pytest.mark.parametrize("progressive", [0, 1])
def test_with_and_without_simplejpeg_the_pixels_are_the_same(
    sampling: str, progressive: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    options = [
        cv2.IMWRITE_JPEG_SAMPLING_FACTOR,
        getattr(cv2, f"IMWRITE_JPEG_SAMPLING_FACTOR_{sampling}"),
        cv2.IMWRITE_JPEG_PROGRESSIVE,
        progressive,
    ]
    data = cv2.imencode(".jpg", NOISE[:37, :51], options)[1].tobytes()
    pixels = codecs.decode_rgb(data)
    monkeypatch.setattr(codecs, "simplejpeg", None)
    assert np.array_equal(codecs.decode_rgb(data), pixels)


@given(position=st.integers(8, 200), value=st.integers(0, 255))
def test_whatever_is_broken_nothing_but_an_image_error_gets_out(position: int, value: int) -> None:
    data = bytearray(codecs.encode_png(GREY))
    data[position % len(data)] = value
    try:
        decoded = codecs.decode_png(bytes(data), dtype=np.uint8, shape=(16, 24))
    except ImageError:
        return
    assert decoded.shape == (16, 24)
