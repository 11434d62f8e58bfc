"""Encode and decode JPEG and PNG strictly, with equal results under every version of OpenCV.

OpenCV itself decodes truncated pictures (4.x fills the rest with grey), rotates pictures by their
EXIF orientation, and allocates any size that a header claims. This module prevents all three. Where
simplejpeg is installed, it refuses a JPEG that is damaged inside, too; its pixels are OpenCV's.
"""

import importlib.util
import re
import struct
import zlib
from types import ModuleType
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from laecips_edge.core.image.jpeg_file import START as _JPEG_START
from laecips_edge.core.image.jpeg_file import jpeg_end, jpeg_size

simplejpeg: ModuleType | None = (
    importlib.import_module("simplejpeg") if importlib.util.find_spec("simplejpeg") else None
)

Buffer = bytes | bytearray | memoryview

MOST_PIXELS: Final = 1 << 25
"""Largest picture that is decoded, 8K: it takes 100 MB. Its header is checked before that."""

_PNG_START: Final = b"\x89PNG\r\n\x1a\n"
_PNG_HEADER: Final = 13  # bytes
_PIXEL_CHUNKS: Final = (b"IHDR", b"PLTE", b"tRNS", b"IDAT", b"IEND")

_VIDEO_STARTS: Final = (b"\0\0\0\1", b"\0\0\1")
"""Start codes of a video stream (ITU-T H.264, annex B)."""

_STRAY_BYTES: Final = re.compile(r"(\d+) extraneous bytes before marker 0xd9")
_HARMLESS_BYTES: Final = 16
"""Bytes between the picture's data and its end that some cameras write; damage leaves more."""

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


def whole_jpeg(data: Buffer) -> bytes:
    """Return a JPEG file without what follows its end, as zeros that cameras pad it with.

    Raises:
        ImageError: the file is truncated.
    """
    whole = bytes(data)
    end = jpeg_end(whole)
    if end is None:
        raise ImageError(f"truncated after {len(whole)} bytes: send the whole file")
    return whole[:end]


def decode_rgb(data: Buffer, *, most_pixels: int = MOST_PIXELS) -> NDArray[np.uint8]:
    """Decode a JPEG or PNG as colour: uint8 [H,W,3], RGB, as stored (without EXIF rotation).

    Args:
        data: The file's bytes.
        most_pixels: Largest picture that is taken, in pixels; what the header claims is compared
            with it before any memory of that size is allocated.

    Raises:
        ImageError: the data is neither JPEG nor PNG, too large, truncated, or broken.
    """
    whole = _complete(data)
    _bound(_size(whole), most_pixels)
    if simplejpeg is not None and is_jpeg(whole):
        return _decode_jpeg(simplejpeg, whole)
    bgr = _decode(whole, cv2.IMREAD_COLOR | cv2.IMREAD_IGNORE_ORIENTATION)
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
    height, width = size = _size(whole)
    if shape is not None and size != shape:
        raise ImageError(f"is {height} x {width}, must be {shape[0]} x {shape[1]} rows x columns")
    _bound(size, MOST_PIXELS)
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


def _decode_jpeg(library: ModuleType, data: bytes) -> NDArray[np.uint8]:
    """Decode a JPEG; ImageError where the decoder had to guess what is in it."""
    try:
        return np.asarray(library.decode_jpeg(data, "RGB", strict=True), np.uint8)
    except ValueError as error:
        stray = _STRAY_BYTES.search(str(error))
        if stray is None or int(stray[1]) > _HARMLESS_BYTES:
            raise ImageError(f"damaged ({error}): send it again") from error
    return np.asarray(library.decode_jpeg(data, "RGB", strict=False), np.uint8)


def _complete(data: Buffer) -> bytes:
    """Return the bytes; ImageError if they are not a whole JPEG or PNG file."""
    whole = bytes(data)
    if not whole:
        raise ImageError("no data: send JPEG or PNG")
    if whole.startswith(_JPEG_START):
        return whole_jpeg(whole)
    if not whole.startswith(_PNG_START):
        raise ImageError(
            "H.264 or H.265 video, not pictures: publish JPEG or PNG (image_transport compressed)"
            if whole.startswith(_VIDEO_STARTS)
            else "neither JPEG nor PNG: send one of these"
        )
    return _needed_chunks(whole)


def png_chunk(name: bytes, body: bytes) -> bytes:
    """Return a chunk of a PNG: its length, name, body and checksum (ISO/IEC 15948, 5.3)."""
    checksum = struct.pack(">I", zlib.crc32(name + body))
    return struct.pack(">I", len(body)) + name + body + checksum


def _needed_chunks(png: bytes) -> bytes:
    """Return a PNG of the chunks that make its pixels; ImageError if a chunk is broken or missing.

    OpenCV 5.0 allocates the length that a chunk claims: a file of 84 bytes takes 4 GB.
    """
    chunks, at = [_PNG_START], len(_PNG_START)
    while at + 12 <= len(png):
        length, kind = struct.unpack(">I4s", png[at : at + 8])
        end = at + 12 + length
        if end > len(png):
            break
        if struct.pack(">I", zlib.crc32(png[at + 4 : end - 4])) != png[end - 4 : end]:
            raise ImageError("broken picture: a checksum is wrong: send it again")
        first = at == len(_PNG_START)
        if (kind == b"IHDR") != first or (first and length != _PNG_HEADER):
            raise ImageError("broken picture: it has no header, or two: send it again")
        if kind in _PIXEL_CHUNKS:
            chunks.append(png[at:end])
        if kind == b"IEND":
            return b"".join(chunks)
        at = end
    raise ImageError(f"truncated after {len(png)} bytes: send the whole file")


def _bound(size: tuple[int, int], most_pixels: int) -> None:
    height, width = size
    if height * width > most_pixels:
        raise ImageError(
            f"is {height} x {width}, {height * width / 1e6:.1f} megapixels, and at most "
            f"{most_pixels / 1e6:.1f} are taken: set a smaller size at the camera"
        )


def _size(whole: bytes) -> tuple[int, int]:
    """Return the height and width that a header claims."""
    if whole.startswith(_PNG_START):
        width, height = struct.unpack(">II", whole[16:24])
        return height, width
    size = jpeg_size(whole)
    if size is None:
        raise ImageError("broken picture: send it again")
    return size
