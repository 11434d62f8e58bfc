"""A delta: what changed in a bundle's weights against its parent's, in few bytes.

The trainer rounds the change of each tensor to whole steps before the gate examines the pair
(`rounded`), so that a delta holds exactly what was examined: `apply_delta` makes the same file on
the robot, byte for byte, and the manifest's sha256 of that file proves it. A delta itself is
untrusted; whoever cannot apply it fetches the whole file.

A file is a header (`DEL1`, number of tensors; little endian) and a raw deflate stream: the step of
each tensor, float32, in the order of the parent's file; then, of each tensor whose step is not 0,
how many steps each value has changed by, int8. A value is `float16(parent + steps * step)`.
"""

from __future__ import annotations

import math
import struct
import zlib
from collections.abc import Mapping
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from laecips_edge.core.bundle.manifest import BundleError
from laecips_edge.core.shallow_json import parse_shallow

START: Final = b"DEL1"

_HEADER: Final = struct.Struct("<4sI")
_LENGTH: Final = struct.Struct("<Q")
_MOST_NAMES: Final = 1 << 20
"""Largest header of a file of weights, in bytes."""
_MOST_STEPS: Final = 127
_RAW_DEFLATE: Final = -15


class Change(NamedTuple):
    """The rounded change of one tensor.

    Attributes:
        step: size of a step, float32; 0: nothing changed.
        steps: int8 of the tensor's shape.
    """

    step: np.float32
    steps: NDArray[np.int8]


class _Place(NamedTuple):
    start: int
    end: int


def rounded(
    before: NDArray[np.float32], after: NDArray[np.float32], *, coarseness: float
) -> Change:
    """Round a tensor's change to whole steps.

    Args:
        before: the tensor as robots have it, float32 of float16 values.
        after: the trained tensor, of the same shape.
        coarseness: size of a step in standard deviations of the change of the values that changed,
            above 0. Changes of less than half a step are dropped.

    Returns:
        The change; it is too coarse for its largest values never: a step is at least a 127th.
    """
    change = np.asarray(after, np.float32) - before
    spread = change[change != 0].std() if change.any() else 0.0
    step = np.float32(max(coarseness * spread, np.abs(change).max(initial=0) / _MOST_STEPS))
    if not (step > 0 and np.isfinite(step)):
        return Change(np.float32(0), np.zeros(before.shape, np.int8))
    steps = np.clip(np.rint(change / step), -_MOST_STEPS, _MOST_STEPS)
    return Change(step, steps.astype(np.int8))


def changed(before: NDArray, change: Change) -> NDArray[np.float16]:
    """Return a tensor after a change, float16.

    Raises:
        BundleError: a value does not fit into float16.
    """
    if not change.step:
        return np.asarray(before, np.float16)  # as `apply_delta` leaves it: -0.0 + 0.0 is 0.0
    with np.errstate(over="ignore"):
        after = np.asarray(before.astype(np.float32) + change.steps * change.step, np.float16)
    if not np.isfinite(after).all():
        raise BundleError("weights: a changed value exceeds float16; train it again")
    return after


def encode_delta(parent: bytes, changes: Mapping[str, Change]) -> bytes:
    """Return the delta of changes.

    Args:
        parent: the parent's weights.safetensors.
        changes: by the names of its tensors; a missing one did not change.

    Raises:
        BundleError: `parent` is not such a file.
    """
    places = _places(parent)
    none = Change(np.float32(0), np.zeros(0, np.int8))
    ordered = [changes.get(name, none) for name in places]
    # Steps are noise with few values and long runs of 0. To search them for longer matches takes
    # seventy times as long and finds fewer bytes to save.
    deflate = zlib.compressobj(9, zlib.DEFLATED, _RAW_DEFLATE, zlib.DEF_MEM_LEVEL, zlib.Z_RLE)
    steps = np.array([change.step for change in ordered], "<f4")
    parts = [deflate.compress(steps.tobytes())]
    parts += [deflate.compress(change.steps.tobytes()) for change in ordered if change.step]
    return _HEADER.pack(START, len(ordered)) + b"".join([*parts, deflate.flush()])


def apply_delta(parent: bytes, delta: bytes) -> bytes:
    """Return the file of weights that a delta makes of its parent's.

    Args:
        parent: the parent's weights.safetensors, which is trusted.
        delta: bytes of `encode_delta`, untrusted: at most the parent's size is unpacked.

    Raises:
        BundleError: the delta is broken or another file's.
    """
    places = _places(parent)
    if len(delta) < _HEADER.size or not delta.startswith(START):
        raise BundleError("delta: not such a file; fetch the whole file")
    _, count = _HEADER.unpack_from(delta)
    if count != len(places):
        raise BundleError(f"delta: of {count} tensors, the parent has {len(places)}")
    inflate = _Inflate(delta[_HEADER.size :])
    steps = np.frombuffer(inflate.read(4 * count), "<f4")
    if not np.isfinite(steps).all():
        raise BundleError("delta: a step is not finite; fetch the whole file")
    out = bytearray(parent)
    for place, step in zip(places.values(), steps, strict=True):
        if not step:
            continue
        before = np.frombuffer(parent, "<f2", (place.end - place.start) // 2, place.start)
        many = np.frombuffer(inflate.read(before.size), np.int8)
        out[place.start : place.end] = changed(before, Change(step, many)).astype("<f2").tobytes()
    inflate.finish()
    return bytes(out)


class _Inflate:
    """Reads a deflate stream piece by piece, never more than is asked for."""

    def __init__(self, data: bytes) -> None:
        self._inflate = zlib.decompressobj(_RAW_DEFLATE)
        self._rest = data

    def read(self, size: int) -> bytes:
        out = self._more(size) if size else b""
        if len(out) != size:
            raise BundleError("delta: truncated; fetch the whole file")
        return out

    def finish(self) -> None:
        if self._more(1) or not self._inflate.eof or self._inflate.unused_data:
            raise BundleError("delta: longer than its parent's tensors; fetch the whole file")

    def _more(self, size: int) -> bytes:
        try:
            out = self._inflate.decompress(self._rest, size)
        except zlib.error as error:
            raise BundleError(f"delta: broken ({error}); fetch the whole file") from error
        self._rest = self._inflate.unconsumed_tail
        return out


def _places(weights: bytes) -> dict[str, _Place]:
    """Return where each tensor lies in a file of float16 tensors, in the order of the names."""
    try:
        (length,) = _LENGTH.unpack_from(weights)
        if length > _MOST_NAMES:
            raise ValueError("its header is too long")
        start = _LENGTH.size + length
        header = parse_shallow(weights[_LENGTH.size : start])
        header.pop("__metadata__", None)
        places = {}
        for name, about in sorted(header.items()):
            begin, end = (start + int(offset) for offset in about["data_offsets"])
            size = 2 * math.prod(about["shape"])
            if about["dtype"] != "F16" or end - begin != size or not start <= begin <= end:
                raise ValueError(f"{name} is not float16")
            if end > len(weights):
                raise ValueError("it is truncated")
            places[name] = _Place(begin, end)
    except (ValueError, TypeError, KeyError, AttributeError, struct.error) as error:
        raise BundleError(f"weights: no file of float16 tensors ({error})") from error
    return places
