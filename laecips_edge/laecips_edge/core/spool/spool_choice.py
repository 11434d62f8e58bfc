"""Which frames a bounded spool keeps: the least trusted ones, and the ones unlike all others.

A frame's worth is its distrust times its distance to the most similar kept frame. If the bound is
exceeded, the frame of the smallest worth goes: of two equal pictures the more trusted one, and of
many pictures of one place all but a few. Distances are those of thumbnails.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from laecips_edge.core.link.hard_frame import THUMBNAIL_SIDE

THUMBNAIL_BYTES: Final = THUMBNAIL_SIDE * THUMBNAIL_SIDE * 3

MAX_FRAMES: Final = 4096
"""Bounds the memory (1 MB of thumbnails) and the time of a choice (about 1 ms)."""


@dataclass(frozen=True, kw_only=True)
class SpoolCandidate:
    """A frame as the choice sees it.

    Attributes:
        key: id of the frame, unique.
        trust: h's output in [0, 1]; nan counts as 0.
        thumbnail: as in `HardFrameRequest`; other bytes count as a black picture.
        size: bytes that it takes in the spool.
    """

    key: str
    trust: float
    thumbnail: bytes
    size: int

    @property
    def distrust(self) -> float:
        """1 - trust, in [0, 1]."""
        return 1.0 if math.isnan(self.trust) else min(1.0, max(0.0, 1.0 - self.trust))


class SpoolChoice:
    """The kept frames, oldest first. Not safe for two threads at a time: its owner locks.

    Args:
        max_bytes: largest sum of the kept frames' sizes.
        max_frames: largest number of kept frames, at least 1.
    """

    def __init__(self, max_bytes: int, *, max_frames: int = MAX_FRAMES) -> None:
        self.bytes = 0
        self._max_bytes = max_bytes
        self._max_frames = max_frames
        self._kept: list[SpoolCandidate] = []
        self._pixels = np.empty((0, THUMBNAIL_BYTES), np.int16)
        self._distance = np.empty(0)
        self._nearest: list[str] = []

    def __len__(self) -> int:
        return len(self._kept)

    @property
    def kept(self) -> list[SpoolCandidate]:
        """The kept frames, oldest first."""
        return list(self._kept)

    def add(self, candidate: SpoolCandidate) -> list[str]:
        """Add a frame; return the keys of the frames to drop, which may be its own."""
        self.remove(candidate.key)
        self._append(candidate)
        dropped = []
        while self.bytes > self._max_bytes or len(self._kept) > self._max_frames:
            dropped.append(self._kept[self._least()].key)
            self.remove(dropped[-1])
        return dropped

    def remove(self, key: str) -> None:
        """Remove a frame, if it is kept."""
        index = next((i for i, each in enumerate(self._kept) if each.key == key), None)
        if index is None:
            return
        self.bytes -= self._kept.pop(index).size
        self._nearest.pop(index)
        self._pixels = np.delete(self._pixels, index, axis=0)
        self._distance = np.delete(self._distance, index)
        for i, nearest in enumerate(self._nearest):
            if nearest == key:
                self._find_nearest(i)

    def _append(self, candidate: SpoolCandidate) -> None:
        pixels = _pixels(candidate.thumbnail)
        to_new = self._distances(pixels)
        for i in np.flatnonzero(to_new < self._distance):
            self._distance[i], self._nearest[i] = to_new[i], candidate.key
        self._kept.append(candidate)
        self.bytes += candidate.size
        self._pixels = np.vstack([self._pixels, pixels])
        self._distance = np.append(self._distance, 1.0)
        self._nearest.append("")
        self._find_nearest(len(self._kept) - 1)

    def _find_nearest(self, index: int) -> None:
        """Find the frame most similar to one; a frame without others has the largest distance."""
        distances = self._distances(self._pixels[index])
        distances[index] = np.inf
        best = int(distances.argmin())
        alone = len(self._kept) == 1
        self._distance[index] = 1.0 if alone else distances[best]
        self._nearest[index] = "" if alone else self._kept[best].key

    def _distances(self, pixels: NDArray[np.int16]) -> NDArray[np.float64]:
        """Return the mean absolute difference to each kept thumbnail, in [0, 1]."""
        return np.abs(self._pixels - pixels).mean(axis=1) / 255.0

    def _least(self) -> int:
        distrust = np.array([each.distrust for each in self._kept])
        # Of frames of equal worth the most trusted goes, of those the oldest.
        return int(np.lexsort((distrust, distrust * self._distance))[0])


def _pixels(thumbnail: bytes) -> NDArray[np.int16]:
    if len(thumbnail) != THUMBNAIL_BYTES:
        return np.zeros(THUMBNAIL_BYTES, np.int16)
    return np.frombuffer(thumbnail, np.uint8).astype(np.int16)
