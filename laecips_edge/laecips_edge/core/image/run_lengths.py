"""Run lengths: a small lossless coding of pictures that consist of areas, such as label maps.

A file is a header (`RUN1`, rows, columns, number of runs; little endian) and a raw deflate stream
of three columns: the value of each run, the low byte and the high byte of its length minus 1.
Columns of their own repeat more than pixels do: a label map takes 0.6 of its PNG, in a third of
the time (docs/results/traffic.md). A run goes on from row to row.
"""

import struct
import zlib
from typing import Final

import numpy as np
from numpy.typing import NDArray

from laecips_edge.core.image.codecs import MOST_PIXELS, Buffer, ImageError
from laecips_edge.core.image.map_codings import RUN_LENGTHS

_HEADER: Final = struct.Struct("<4sHHI")
_LONGEST_SIDE: Final = 0xFFFF
_LONGEST_RUN: Final = 1 << 16
_MOST_RUNS: Final = 1 << 23
"""Runs that are decoded, which takes 100 MB: 8 megapixels without areas."""

_COLUMNS: Final = 3  # bytes of a run
_RAW_DEFLATE: Final = -15


def encode_runs(pixels: NDArray[np.uint8]) -> bytes:
    """Encode uint8 [H,W] as run lengths, without loss.

    Raises:
        ImageError: a side is longer than 65535, or the picture is empty.
    """
    height, width = pixels.shape
    if not 0 < min(height, width) <= max(height, width) <= _LONGEST_SIDE:
        raise ImageError(f"{height} x {width} cannot be coded as run lengths: shrink it")
    flat = pixels.reshape(-1)
    starts = np.empty(flat.size, np.bool_)
    starts[0] = True
    np.not_equal(flat[1:], flat[:-1], out=starts[1:])
    starts[::_LONGEST_RUN] = True
    at = np.flatnonzero(starts)
    lengths = np.diff(at, append=flat.size) - 1
    low, high = (lengths & 0xFF).astype(np.uint8), (lengths >> 8).astype(np.uint8)
    deflate = zlib.compressobj(6, zlib.DEFLATED, _RAW_DEFLATE)
    body = deflate.compress(np.concatenate([flat[at], low, high]).tobytes()) + deflate.flush()
    return _HEADER.pack(RUN_LENGTHS, height, width, at.size) + body


def decode_runs(data: Buffer, *, shape: tuple[int, int] | None = None) -> NDArray[np.uint8]:
    """Decode run lengths: uint8 [H,W].

    Args:
        data: the file's bytes.
        shape: (H,W) that the picture must have; None: any of at most `MOST_PIXELS`. It is compared
            with the header before any memory of that size is allocated.

    Raises:
        ImageError: the data is not such a file, truncated, or broken.
    """
    whole = bytes(data)
    if len(whole) < _HEADER.size or not whole.startswith(RUN_LENGTHS):
        raise ImageError("not run lengths: do both sides run one version?")
    _, height, width, runs = _HEADER.unpack_from(whole)
    if shape is not None and (height, width) != shape:
        raise ImageError(f"is {height} x {width}, must be {shape[0]} x {shape[1]} rows x columns")
    if not (0 < runs <= height * width <= MOST_PIXELS and runs <= _MOST_RUNS):
        raise ImageError(f"broken: {runs} runs in {height} x {width} pixels: send it again")
    columns = _inflated(whole[_HEADER.size :], _COLUMNS * runs).reshape(_COLUMNS, runs)
    lengths = columns[1].astype(np.int32) + (columns[2].astype(np.int32) << 8) + 1
    if lengths.sum(dtype=np.int64) != height * width:
        raise ImageError(f"broken: the runs do not fill {height} x {width} pixels: send it again")
    return np.repeat(columns[0], lengths).reshape(height, width)


def _inflated(data: bytes, size: int) -> NDArray[np.uint8]:
    """Inflate exactly `size` bytes; a stream that has more is refused, not read."""
    inflate = zlib.decompressobj(_RAW_DEFLATE)
    try:
        out = inflate.decompress(data, size + 1)
    except zlib.error as error:
        raise ImageError(f"broken ({error}): send it again") from error
    if len(out) != size or not inflate.eof or inflate.unused_data:
        raise ImageError("broken: truncated, or longer than it says: send it again")
    return np.frombuffer(out, np.uint8)
