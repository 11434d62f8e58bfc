"""Run lengths in which formats write masks."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

import numpy as np
from numpy.typing import NDArray

from laecips_cloud.annotations.shapes import Area, Bitmap, Size

_MOST = 1 << 28  # pixels; more is a broken file
_WORD = 8  # bits a value of a brush that we write
_LENGTHS = (3, 4, 8, 16)  # bits of the lengths of its runs, as Label Studio's own


def coco_runs(text: str) -> list[int]:
    """Read runs of COCO's compressed form: five bits a character, least first, as differences.

    Each run from the fourth on is written as its difference from the one before the last; a sixth
    bit says that more characters follow, and the last fifth bit is the sign.

    Raises:
        ValueError: it breaks off, or holds other characters.
    """
    runs: list[int] = []
    value = shift = 0
    for character in text:
        code = ord(character) - 48
        if not 0 <= code < 64:
            raise ValueError(f"run lengths with the character {character!r}")
        value |= (code & 31) << shift
        shift += 5
        if code & 32:
            continue
        if code & 16:
            value -= 1 << shift
        runs.append(value + (runs[-2] if len(runs) > 2 else 0))
        value = shift = 0
    if shift:
        raise ValueError("run lengths that break off")
    return runs


def runs_area(
    runs: Sequence[int], size: Size, *, by_column: bool = False, left: int = 0, top: int = 0
) -> Area:
    """Return the area of alternating runs, the first one outside.

    Args:
        runs: pixels of each run.
        size: (height, width) of the mask that they fill.
        by_column: whether they go down the columns, as COCO's do, instead of along the rows.
        left: column of the mask in the picture.
        top: row of the mask in the picture.
    """
    return partial(_of_runs, runs, size, by_column, left, top)


def runs_of(mask: NDArray[np.bool_], *, by_column: bool = False) -> list[int]:
    """Write a mask, bool [H, W], as the alternating runs that `runs_area` reads."""
    flat = mask.ravel("F" if by_column else "C")
    edges = np.flatnonzero(flat[1:] != flat[:-1]) + 1
    runs: list[int] = np.diff(edges, prepend=0, append=flat.size).tolist()
    return [0, *runs] if flat[0] else runs


def brush_area(data: Sequence[int], size: Size) -> Area:
    """Return the area of Label Studio's brush: A of RGBA pixels in a packed stream of bits."""
    return partial(_of_brush, data, size)


def brush_of(mask: NDArray[np.bool_]) -> list[int]:
    """Write a mask, bool [H, W], as Label Studio's brush: the bytes that `brush_area` reads.

    Each pixel is four equal values, 0 or 255; all runs are runs of one value.
    """
    bits = [f"{4 * mask.size:032b}{_WORD - 1:05b}", *(f"{length - 1:04b}" for length in _LENGTHS)]
    for place, run in enumerate(runs_of(mask)):
        value, rest = 255 * (place % 2), 4 * run
        while rest:
            piece = min(rest, 1 << _LENGTHS[-1])
            which = next(i for i, length in enumerate(_LENGTHS) if piece <= 1 << length)
            bits.append(f"1{which:02b}{piece - 1:0{_LENGTHS[which]}b}{value:0{_WORD}b}")
            rest -= piece
    digits = np.array(list("".join(bits)), np.uint8)
    packed: list[int] = np.packbits(digits).tolist()
    return packed


def _of_runs(
    runs: Sequence[int], size: Size, by_column: bool, left: int, top: int, _: Size
) -> Bitmap:
    height, width = size
    if min(runs, default=0) < 0 or not 0 < height * width < _MOST or sum(runs) != height * width:
        raise ValueError(f"run lengths that do not fill {width} x {height}")
    flat = np.repeat(np.arange(len(runs)) % 2 == 1, runs)
    return Bitmap(flat.reshape(width, height).T if by_column else flat.reshape(size), left, top)


def _of_brush(data: Sequence[int], size: Size, _: Size) -> Bitmap:
    height, width = size
    values = _unpacked(data)
    if len(values) != height * width * 4:
        raise ValueError(f"a brush of {len(values)} values for {width} x {height} pixels")
    return Bitmap(values.reshape(height, width, 4)[:, :, 3] > 0)


class _Bits:
    """Bits of bytes, most significant first."""

    def __init__(self, data: Sequence[int]) -> None:
        self._bits = np.unpackbits(np.array(data, np.uint8))
        self._place = 0

    def take(self, width: int, count: int = 1) -> NDArray[np.int64]:
        """Return the next `count` numbers of `width` bits each."""
        stop = self._place + width * count
        if stop > len(self._bits):
            raise ValueError("a brush that breaks off")
        digits = self._bits[self._place : stop].reshape(count, width)
        self._place = stop
        return digits @ (1 << np.arange(width, dtype=np.int64)[::-1])


def _unpacked(data: Sequence[int]) -> NDArray[np.uint8]:
    """Return values of the stream: runs of one value, or values one by one, behind a header.

    Header: number of values (32 bits), bits a value less one (5), bits of the four lengths of runs
    less one (4 each). Then: whether it is a run (1), which length (2), the length less one, and the
    value of the run or the values.
    """
    bits = _Bits(data)
    count, word = int(bits.take(32)[0]), int(bits.take(5)[0]) + 1
    lengths = [int(length) + 1 for length in bits.take(4, 4)]
    if not 0 < count < 4 * _MOST or word > 8:
        raise ValueError(f"a brush of {count} values of {word} bits")
    values = np.zeros(count, np.uint8)
    place = 0
    while place < count:
        is_run = bits.take(1)[0]
        length = min(int(bits.take(lengths[int(bits.take(2)[0])])[0]) + 1, count - place)
        values[place : place + length] = bits.take(word, 1 if is_run else length)
        place += length
    return values
