"""Pictures and masks as files hold them: palettes, few bits, many bits, orientations."""

import struct
import zlib
from pathlib import Path

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from laecips_cloud.training.data.errors import DatasetError
from laecips_cloud.training.data.folder.stored_pictures import (
    read_mask,
    read_palette,
    read_picture,
)


def chunk(name: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))


def png(values: np.ndarray, *, bits: int, palette: np.ndarray | None = None) -> bytes:
    """A PNG of one channel, written bit by bit: [H, W] of values below 2 ** bits."""
    height, width = values.shape
    planes = (values[:, :, None] >> np.arange(bits)[::-1]) & 1
    rows = np.packbits(planes.reshape(height, width * bits).astype(np.uint8), axis=1)
    kind = 0 if palette is None else 3
    parts = [chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, bits, kind, 0, 0, 0))]
    if palette is not None:
        parts.append(chunk(b"PLTE", palette.tobytes()))
        parts.append(chunk(b"tRNS", bytes(len(palette))))  # see-through: labels all the same
    parts.append(chunk(b"IDAT", zlib.compress(b"".join(b"\0" + row.tobytes() for row in rows))))
    return b"\x89PNG\r\n\x1a\n" + b"".join(parts) + chunk(b"IEND", b"")


@given(
    bits=st.sampled_from([1, 2, 4, 8]),
    with_palette=st.booleans(),
    shape=st.tuples(st.integers(1, 9), st.integers(1, 19)),
    seed=st.integers(0, 99),
)
def test_values_of_few_bits_and_indices_of_palettes_stay_what_they_are(
    tmp_path_factory: pytest.TempPathFactory,
    bits: int,
    with_palette: bool,
    shape: tuple[int, int],
    seed: int,
) -> None:
    random = np.random.default_rng(seed)
    values = random.integers(0, 2**bits, shape)
    palette = random.integers(0, 256, (2**bits, 3)).astype(np.uint8) if with_palette else None
    path = tmp_path_factory.mktemp("png") / "mask.png"
    path.write_bytes(png(values, bits=bits, palette=palette))
    mask = read_mask(path)
    assert mask.dtype == np.uint8
    np.testing.assert_array_equal(mask, values)
    found = read_palette(path)
    if palette is None:
        assert found is None
    else:
        np.testing.assert_array_equal(found, palette)


@pytest.mark.parametrize(
    "pixels",
    [
        np.arange(24, dtype=np.uint8).reshape(4, 6),
        np.arange(24, dtype=np.uint16).reshape(4, 6) * 2500,
        np.arange(72, dtype=np.uint8).reshape(4, 6, 3),
    ],
    ids=["8 bit", "16 bit", "RGB"],
)
@pytest.mark.parametrize("ending", ["png", "tif"])
def test_masks_of_other_kinds(pixels: np.ndarray, ending: str, tmp_path: Path) -> None:
    path = tmp_path / f"mask.{ending}"
    cv2.imwrite(str(path), pixels[:, :, ::-1] if pixels.ndim == 3 else pixels)
    mask = read_mask(path)
    assert mask.dtype == pixels.dtype
    np.testing.assert_array_equal(mask, pixels)


def test_an_alpha_channel_that_says_nothing(tmp_path: Path) -> None:
    pixels = np.full((4, 6, 4), 255, np.uint8)
    pixels[:, :, :3] = [30, 20, 10]
    cv2.imwrite(str(tmp_path / "mask.png"), pixels)
    assert read_mask(tmp_path / "mask.png")[0, 0].tolist() == [10, 20, 30]
    pixels[0, 0, 3] = 0
    cv2.imwrite(str(tmp_path / "mask.png"), pixels)
    with pytest.raises(DatasetError, match=r"uint8 \[4, 6, 4\]; write 8-bit class indices"):
        read_mask(tmp_path / "mask.png")


WHOLE = png(np.zeros((4, 6), int), bits=8)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (None, r"cannot be read \(No such file or directory\); copy it again"),
        (b"", "cannot be decoded; copy it again, or take it away"),
        (b"no picture", "cannot be decoded"),
        (WHOLE[:-12], "a PNG that breaks off; copy it again"),
        (WHOLE[:40], "a PNG that breaks off"),
        (b"\x89PNG\r\n\x1a\n" + chunk(b"IEND", b""), "a PNG that breaks off"),
        (cv2.imencode(".jpg", np.zeros((4, 6), np.uint8))[1].tobytes(), "a JPEG, which blurs"),
        (cv2.imencode(".png", np.zeros((4, 6, 3), np.uint16))[1].tobytes(), r"uint16 \[4, 6, 3\]"),
    ],
)
def test_masks_that_are_refused(content: bytes | None, message: str, tmp_path: Path) -> None:
    path = tmp_path / "mask.png"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(DatasetError, match=f"{path}: .*{message}"):
        read_mask(path)


@pytest.mark.parametrize("ending", ["png", "bmp", "tif", "webp"])
def test_grey_pictures_get_three_channels(ending: str, tmp_path: Path) -> None:
    path = tmp_path / f"picture.{ending}"
    cv2.imwrite(str(path), np.full((4, 6), 90, np.uint8))
    picture = read_picture(path)
    assert picture.shape == (4, 6, 3)
    assert picture.dtype == np.uint8
    assert abs(picture.astype(int) - 90).max() <= 2


@pytest.mark.parametrize("ending", ["png", "tif"])
def test_of_16_bits_the_high_byte_is_taken_as_on_the_robot(ending: str, tmp_path: Path) -> None:
    path = tmp_path / f"picture.{ending}"
    values = np.array([[0, 255, 256, 4095, 65535]], np.uint16)
    cv2.imwrite(str(path), values)
    assert read_picture(path)[0, :, 0].tolist() == (values[0] >> 8).tolist()


def turned(orientation: int) -> bytes:
    """A JPEG, light above and dark below, with an EXIF orientation."""
    pixels = np.zeros((16, 32), np.uint8)
    pixels[:8] = 255
    jpeg = cv2.imencode(".jpg", pixels)[1].tobytes()
    entry = struct.pack(">HHIHH", 0x0112, 3, 1, orientation, 0)
    exif = b"Exif\0\0MM\0*\0\0\0\x08" + struct.pack(">H", 1) + entry + bytes(4)
    return jpeg[:2] + b"\xff\xe1" + struct.pack(">H", len(exif) + 2) + exif + jpeg[2:]


@pytest.mark.parametrize("orientation", [1, 3, 6, 8])
def test_no_picture_is_turned_by_its_exif_orientation(orientation: int, tmp_path: Path) -> None:
    path = tmp_path / "picture.jpg"
    path.write_bytes(turned(orientation))
    picture = read_picture(path)
    assert picture.shape == (16, 32, 3)
    assert picture[:7].mean() > 200
    assert picture[9:].mean() < 50


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (None, "cannot be read"),
        (b"", "cannot be decoded; copy it again, or take it away"),
        (turned(1)[:200], r"cannot be decoded \(truncated after 200 bytes\); copy it again, or"),
        (WHOLE[:40], r"cannot be decoded \(truncated"),
    ],
)
def test_pictures_that_are_refused(content: bytes | None, message: str, tmp_path: Path) -> None:
    path = tmp_path / "picture.jpg"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(DatasetError, match=f"{path}: {message}"):
        read_picture(path)
