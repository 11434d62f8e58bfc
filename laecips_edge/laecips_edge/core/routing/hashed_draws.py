"""Reproducible uniform draws that depend only on seed, purpose and a frame's stamp.

A draw is a hash of (seed, stamp, purpose). A replay therefore draws the same value for a frame,
live or offline, on any thread, and whichever frames were dropped before it.
"""

from __future__ import annotations

import hashlib
import struct

_SEED_AND_STAMP = struct.Struct("<qq")


def uniform(*, seed: int, stamp_ns: int, purpose: str) -> float:
    """Draw a number for one frame and one purpose.

    Args:
        seed: seed of the run, a signed 64-bit integer.
        stamp_ns: stamp of the frame in nanoseconds, a signed 64-bit integer.
        purpose: name of the decision; draws for different purposes are independent.

    Returns:
        A float uniform in [0, 1).

    Example:
        >>> draw = uniform(seed=0, stamp_ns=1, purpose="audit")
        >>> draw == uniform(seed=0, stamp_ns=1, purpose="audit")
        True
    """
    digest = hashlib.blake2b(
        _SEED_AND_STAMP.pack(seed, stamp_ns), digest_size=8, person=purpose.encode()[:16]
    ).digest()
    # The upper 53 bits fit a double's mantissa exactly, so rounding never gives 1.0.
    return float(int.from_bytes(digest, "little") >> 11) / float(1 << 53)


def stamp_of_source(stamp_ns: int, source: str) -> int:
    """Return a stamp for `uniform` that frames of other sources with equal stamps do not share.

    Cameras that are triggered together have equal stamps: with those as they are, each draw would
    fall on the frames of all cameras or of none.

    Args:
        stamp_ns: stamp of the frame in nanoseconds, a signed 64-bit integer.
        source: name of the camera; empty: the stamp stays.

    Example:
        >>> stamp_of_source(5, ""), stamp_of_source(5, "front") == stamp_of_source(5, "rear")
        (5, False)
    """
    if not source:
        return stamp_ns
    digest = hashlib.blake2b(source.encode(), digest_size=8).digest()
    return stamp_ns ^ int.from_bytes(digest, "little", signed=True)
