"""Pictures and masks as they are stored: no EXIF orientation, no palette's colours.

A picture is never turned by its EXIF orientation, on the robot as little as here: its labels would
no longer lie on it. Of 16 bits the high byte is taken, as of the robot's `mono16`.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

import cv2
import numpy as np
from laecips_edge.core.image.codecs import ImageError, decode_rgb, is_jpeg, png_chunk
from numpy.typing import NDArray

from laecips_cloud.training.data.errors import DatasetError

PICTURE_ENDINGS: Final = ("jpg", "jpeg", "png", "bmp", "tif", "tiff", "webp")
_PNG: Final = b"\x89PNG\r\n\x1a\n"
_PALETTE: Final = 3  # PNG's colour type of indices
MOST_PIXELS: Final = 1 << 28
"""Largest picture that is read; it takes 800 MB. Of what lies on one's own disk more is taken than
of what a camera or a robot sends."""
_CURE: Final = "copy it again, or take it away"


def read_picture(path: Path) -> NDArray[np.uint8]:
    """Read a picture as uint8 [H, W, 3], RGB; a grey one three times.

    Raises:
        DatasetError: it cannot be read or decoded.
    """
    data = _bytes_of(path)
    if is_jpeg(data) or data.startswith(_PNG):
        try:
            return decode_rgb(data, most_pixels=MOST_PIXELS)
        except ImageError as error:
            why = str(error).partition(":")[0]
            raise DatasetError(f"{path}: cannot be decoded ({why}); {_CURE}") from error
    bgr = _decode(path, data, cv2.IMREAD_COLOR | cv2.IMREAD_IGNORE_ORIENTATION)
    return np.ascontiguousarray(bgr[:, :, ::-1])


def read_mask(path: Path) -> NDArray:
    """Read what a mask holds: values uint8 or uint16 [H, W], or uint8 [H, W, 3], RGB.

    Of a PNG with a palette the values are its indices; of one with 1, 2 or 4 bits a pixel they are
    0 to 1, 3 or 15.

    Raises:
        DatasetError: it cannot be read or decoded, is a JPEG, or has other pixels.
    """
    data, scale = _bytes_of(path), 1
    if is_jpeg(data):
        raise DatasetError(f"{path}: a JPEG, which blurs labels; write masks as PNG")
    if data.startswith(_PNG):
        data, scale = _plain_png(path, data)
    pixels = _decode(path, data, cv2.IMREAD_UNCHANGED)
    if pixels.ndim == 3 and pixels.shape[2] == 4 and (pixels[:, :, 3] == pixels[0, 0, 3]).all():
        pixels = pixels[:, :, :3]  # an alpha channel that says nothing
    if pixels.ndim == 3 and pixels.shape[2] == 1:
        pixels = pixels[:, :, 0]
    grey = pixels.ndim == 2 and pixels.dtype in (np.uint8, np.uint16)
    if not grey and (pixels.shape[2:] != (3,) or pixels.dtype != np.uint8):
        raise DatasetError(
            f"{path}: a mask of {pixels.dtype} {list(pixels.shape)}; write 8-bit class indices, or "
            "RGB without alpha"
        )
    return pixels // scale if grey else np.ascontiguousarray(pixels[:, :, ::-1])


def read_palette(path: Path) -> NDArray[np.uint8] | None:
    """Read the palette of a PNG: uint8 [K, 3], RGB; None where it has none.

    Raises:
        DatasetError: it cannot be read, or breaks off.
    """
    data = _bytes_of(path)
    if not data.startswith(_PNG):
        return None
    entries = dict(_chunks(path, data)).get(b"PLTE", b"")
    return np.frombuffer(entries, np.uint8).reshape(-1, 3) if entries else None


def _plain_png(path: Path, data: bytes) -> tuple[bytes, int]:
    """Return a PNG of indices as one of grey values, and by what OpenCV multiplies these.

    Indices and grey values are packed alike: only the header tells them apart, and OpenCV, which
    would look colours up, is to read the one for the other.
    """
    chunks = _chunks(path, data)
    header = chunks[0][1]
    if chunks[0][0] != b"IHDR" or len(header) != 13 or chunks[-1][0] != b"IEND":
        raise DatasetError(f"{path}: a PNG that breaks off; {_CURE}")
    bits, kind = header[8], header[9]
    if kind == _PALETTE:
        header = header[:9] + b"\0" + header[10:]
        kept = [(b"IHDR", header), *(chunk for chunk in chunks if chunk[0] in (b"IDAT", b"IEND"))]
        data = _PNG + b"".join(png_chunk(name, body) for name, body in kept)
    grey = kind in (0, _PALETTE)
    return data, 255 // (2**bits - 1) if grey and bits < 8 else 1


def _chunks(path: Path, png: bytes) -> list[tuple[bytes, bytes]]:
    """(Name, content) of each chunk of a PNG, up to its end."""
    chunks: list[tuple[bytes, bytes]] = []
    place = len(_PNG)
    while not chunks or chunks[-1][0] != b"IEND":
        length = int.from_bytes(png[place : place + 4])
        if place + 12 + length > len(png):
            raise DatasetError(f"{path}: a PNG that breaks off; {_CURE}")
        chunks.append((png[place + 4 : place + 8], png[place + 8 : place + 8 + length]))
        place += 12 + length
    return chunks


def _bytes_of(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise DatasetError(f"{path}: cannot be read ({error.strerror}); {_CURE}") from error


def _decode(path: Path, data: bytes, flags: int) -> NDArray:
    try:
        pixels = cv2.imdecode(np.frombuffer(data, np.uint8), flags) if data else None
    except cv2.error:
        pixels = None
    if pixels is None or not pixels.size:
        raise DatasetError(f"{path}: cannot be decoded; {_CURE}")
    return pixels
