"""The small coding of a confidence map: exact on which side of a bound, coarse beyond that.

Training asks one question of a pixel's confidence: is it below `training.min_confidence`? Those
pixels are thin lines along contours, which coarser pixels would blur: with blocks of 2 x 2 two in a
hundred change sides. So each pixel keeps its side, one bit, and its block of 8 x 8 pixels has a
mean in 16 levels; a pixel's confidence is the mean of its block, clipped to its side of the bound.

A file is a header (`CON1`, the least value above the bound, pixels of a block's side, bytes of the
sides), and two pictures in run lengths: the sides and the levels.
"""

import math
import struct
from typing import Final

import numpy as np
from numpy.typing import NDArray

from laecips_edge.core.image.codecs import Buffer, ImageError
from laecips_edge.core.image.map_codings import CONFIDENCE
from laecips_edge.core.image.run_lengths import decode_runs, encode_runs

USUAL_BOUND: Final = 0.6
"""Default of `training.min_confidence`."""

_HEADER: Final = struct.Struct("<4sBBI")
_BLOCK: Final = 8  # pixels
_STEP: Final = 17  # 16 levels, 0 to 255: certain stays certain


def encode_confidence(confidence: NDArray[np.uint8], *, bound: float = USUAL_BOUND) -> bytes:
    """Encode a confidence map, uint8 [H,W]; 255 is certain.

    Args:
        confidence: the map.
        bound: confidence in [0, 1]; decoded, each pixel is below it exactly if it was before.
    """
    least = math.ceil(bound * 255)
    sides = encode_runs((confidence >= least).astype(np.uint8))
    levels = np.rint(_block_means(confidence) / _STEP).astype(np.uint8)
    return _HEADER.pack(CONFIDENCE, least, _BLOCK, len(sides)) + sides + encode_runs(levels)


def decode_confidence(data: Buffer, *, shape: tuple[int, int] | None = None) -> NDArray[np.uint8]:
    """Decode a confidence map: uint8 [H,W].

    Args:
        data: bytes of `encode_confidence`.
        shape: (H,W) that it must have; None: any.

    Raises:
        ImageError: the data is not such a file, truncated, or broken.
    """
    whole = bytes(data)
    if len(whole) < _HEADER.size or not whole.startswith(CONFIDENCE):
        raise ImageError("not a coded confidence map: do both sides run one version?")
    _, least, block, size = _HEADER.unpack_from(whole)
    if not block:
        raise ImageError("broken: blocks of no pixels: send it again")
    levels_at = _HEADER.size + size
    sure = decode_runs(whole[_HEADER.size : levels_at], shape=shape)
    height, width = sure.shape
    blocks = (-(-height // block), -(-width // block))
    levels = decode_runs(whole[levels_at:], shape=blocks)
    if sure.max() > 1 or levels.max() > 255 // _STEP:
        raise ImageError("broken: a side or a level is out of range: send it again")
    means = (levels * np.uint8(_STEP)).repeat(block, 0).repeat(block, 1)[:height, :width]
    below = np.minimum(means, np.uint8(max(least, 1) - 1))
    return np.where(sure, np.maximum(means, np.uint8(least)), below).astype(np.uint8)


def _block_means(values: NDArray[np.uint8]) -> NDArray[np.float32]:
    height, width = values.shape
    rows, columns = -(-height // _BLOCK), -(-width // _BLOCK)
    padded = np.pad(
        values, ((0, rows * _BLOCK - height), (0, columns * _BLOCK - width)), mode="edge"
    )
    blocks = padded.reshape(rows, _BLOCK, columns, _BLOCK)
    return np.asarray(blocks.mean(axis=(1, 3), dtype=np.float32))
