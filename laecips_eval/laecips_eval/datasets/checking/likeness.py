"""Which pictures are the same, or look alike."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

ALIKE: Final = 0.99
"""Correlation of two thumbnails from which on pictures look alike.

A copy that is darker, half as large and a poor JPEG has 0.995 and more, neighbours in a film of 15
frames a second 0.99, those a second apart below 0.95.
"""

_SIDE: Final = 16
_CHUNK: Final = 512


def digest_of(data: bytes) -> bytes:
    """Digest of a file's bytes, the same for equal files alone."""
    return hashlib.blake2b(data, digest_size=16).digest()


def thumbnail(rgb: NDArray[np.uint8]) -> NDArray[np.float32]:
    """Return 16 x 16 grey means of mean 0 and length 1, float32 [256]; zeros for a flat picture.

    The product of two thumbnails is their correlation: light and contrast do not matter.
    """
    grey = cv2.cvtColor(rgb, cv2.COLOR_RGB2GRAY).astype(np.float32)
    small = cv2.resize(grey, (_SIDE, _SIDE), interpolation=cv2.INTER_AREA).ravel()
    small -= small.mean()
    length = float(np.linalg.norm(small))
    return np.asarray(small / length if length > 1e-3 else small * 0, np.float32)


def alike(
    thumbnails: Mapping[str, NDArray[np.float32]], first: Sequence[str], second: Sequence[str]
) -> list[tuple[str, str]]:
    """Return which of `second` look like one of `first`.

    Args:
        thumbnails: of each picture, by name.
        first: names.
        second: names.

    Returns:
        (One of `second`, that of `first` that it looks most like).
    """
    if not first or not second:
        return []
    known = np.stack([thumbnails[name] for name in first])
    found = []
    for start in range(0, len(second), _CHUNK):
        part = second[start : start + _CHUNK]
        likeness = np.stack([thumbnails[name] for name in part]) @ known.T
        for name, row in zip(part, likeness, strict=True):
            nearest = int(row.argmax())
            if row[nearest] >= ALIKE:
                found.append((name, first[nearest]))
    return found
