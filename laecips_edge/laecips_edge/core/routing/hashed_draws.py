"""Reproducible chance: uniform draws that depend on a frame's stamp and nothing else.

A draw is a hash of (seed, stamp, purpose). A replay therefore draws the same for a frame whatever
was dropped before it, live or offline, and on whichever thread the frame was handled.
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
        purpose: what the draw decides; draws for different purposes are independent.

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
    # The upper 53 bits fill a double's mantissa exactly, so that 1.0 is never reached by rounding.
    return float(int.from_bytes(digest, "little") >> 11) / float(1 << 53)
