"""Encode and decode JPEG and PNG strictly, with equal results under every version of OpenCV.

OpenCV itself decodes truncated pictures (4.x fills the rest with grey), rotates pictures by their
EXIF orientation, and allocates any size that a header claims. This module prevents all three.
"""

import struct
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

Buffer = bytes | bytearray | memoryview

_JPEG_START: Final = b"\xff\xd8"
_JPEG_END: Final = b"\xff\xd9"
_PNG_START: Final = b"\x89PNG\r\n\x1a\n"
_PNG_END: Final = b"IEND\xaeB`\x82"

# Run-length coding of differences: small files, and several times as fast as level 6.
_PNG: Final = [cv2.IMWRITE_PNG_STRATEGY, cv2.IMWRITE_PNG_STRATEGY_RLE]
# Maps of areas take half of that without the difference filter, an option from OpenCV 4.12 on.
_PNG_OF_AREAS: Final = (
    [cv2.IMWRITE_PNG_FILTER, cv2.IMWRITE_PNG_FILTER_NONE, cv2.IMWRITE_PNG_COMPRESSION, 6]
    if hasattr(cv2, "IMWRITE_PNG_FILTER")
    else _PNG
)


class ImageError(ValueError):
    """A picture cannot be read; the message says what is wrong with it and what to do."""


def is_jpeg(data: Buffer) -> bool:
    """Return whether the bytes begin like a JPEG file."""
    return bytes(data[:2]) == _JPEG_START


def decode_rgb(data: Buffer) -> NDArray[np.uint8]:
    """Decode a JPEG or PNG as colour: uint8 [H,W,3], RGB, as stored (without EXIF rotation).

    Raises:
        ImageError: the data is neither JPEG nor PNG, truncated, or broken.
    """
    bgr = _decode(_complete(data), cv2.IMREAD_COLOR | cv2.IMREAD_IGNORE_ORIENTATION)
    return np.asarray(cv2.cvtColor(bgr, cv2.COLOR_BGR2RGB), np.uint8)


def decode_png(
    data: Buffer, *, dtype: type[np.uint8] | type[np.uint16], shape: tuple[int, int] | None = None
) -> NDArray:
    """Decode a PNG of one channel without loss: [H,W] of `dtype`.

    Args:
        data: The file's bytes.
        dtype: Type that the pixels must have.
        shape: (H,W) that the picture must have, compared with the header before any memory of that
            size is allocated; None: any.

    Raises:
        ImageError: the data is not such a PNG, truncated, or broken.
    """
    whole = _complete(data)
    if not whole.startswith(_PNG_START):
        raise ImageError("not a PNG: send it as PNG")
    width, height = struct.unpack(">II", whole[16:24])
    if shape is not None and (height, width) != shape:
        raise ImageError(f"is {height} x {width}, must be {shape[0]} x {shape[1]} rows x columns")
    pixels = _decode(whole, cv2.IMREAD_UNCHANGED)
    if pixels.ndim != 2 or pixels.dtype != dtype:
        raise ImageError(
            f"has pixels {pixels.dtype} {list(pixels.shape)}, must be one channel of "
            f"{np.dtype(dtype).name}"
        )
    return pixels


def encode_jpeg(rgb: NDArray[np.uint8], quality: int) -> bytes:
    """Encode uint8 [H,W,3], RGB, as JPEG of `quality` 1 to 100."""
    return _encode(
        ".jpg", cv2.cvtColor(rgb, cv2.COLOR_RGB2BGR), [cv2.IMWRITE_JPEG_QUALITY, quality]
    )


def encode_png(pixels: NDArray, *, areas: bool = False) -> bytes:
    """Encode uint8 or uint16 [H,W] as PNG, without loss.

    Args:
        pixels: The picture.
        areas: Whether the picture consists of areas of one value each, as a label map does.
    """
    return _encode(".png", pixels, _PNG_OF_AREAS if areas else _PNG)


def _encode(extension: str, pixels: NDArray, options: list[int]) -> bytes:
    good, data = cv2.imencode(extension, pixels, options)
    if not good:
        raise ImageError(f"{pixels.dtype} {list(pixels.shape)} cannot be encoded as {extension}")
    return data.tobytes()


def _decode(data: bytes, flags: int) -> NDArray:
    try:
        pixels = cv2.imdecode(np.frombuffer(data, np.uint8), flags)
    except cv2.error as error:
        raise ImageError(f"broken picture ({error.err}): send it again") from error
    if pixels is None or pixels.size == 0:
        raise ImageError("broken picture: send it again")
    return pixels


def _complete(data: Buffer) -> bytes:
    """Return the bytes; ImageError if they are not a whole JPEG or PNG file."""
    whole = bytes(data)
    if not whole:
        raise ImageError("no data: send JPEG or PNG")
    if whole.startswith(_JPEG_START):
        # In the entropy-coded data FF is always followed by 0 or a restart marker, so the first end
        # marker after the start of scan is the real one; a thumbnail's end marker is before that.
        end = whole.find(_JPEG_END, _start_of_scan(whole))
    elif whole.startswith(_PNG_START):
        end = whole.find(_PNG_END, len(_PNG_START))
    else:
        raise ImageError("neither JPEG nor PNG: send one of these")
    if end < 0:
        raise ImageError(f"truncated after {len(whole)} bytes: send the whole file")
    return whole


def _start_of_scan(jpeg: bytes) -> int:
    """Return the offset of the first scan; the length of the data if there is none."""
    position = len(_JPEG_START)
    while position + 4 <= len(jpeg) and jpeg[position] == 0xFF:
        marker, length = jpeg[position + 1], int.from_bytes(jpeg[position + 2 : position + 4])
        if marker == 0xDA:
            return position
        # A marker may be padded with further FF bytes.
        position += 1 if marker == 0xFF else 2 + length
    return len(jpeg)
