"""Watches whether the camera's images arrive: rate, gaps between stamps, and share of the lost."""

from __future__ import annotations

import statistics
import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

WINDOW_S: Final = 10.0
"""Seconds that the watch looks back."""

FEWEST: Final = 10
"""Images, lost ones included, below which a share of lost images says nothing."""

LONGEST_GAP_NS: Final = 5_000_000_000
"""A longer gap between stamps is a silence of the camera, not a loss."""

_JITTER: Final = 0.2  # of a period: how far a stamp may lie from the camera's own beat
_IN_TIME: Final = 0.8  # share of the gaps that must keep the beat, else the camera has none


@dataclass(frozen=True, kw_only=True)
class InputState:
    """The images of the last `WINDOW_S` seconds.

    Attributes:
        hz: Images received in a second.
        longest_gap_s: Longest time between the stamps of two images in a row, in seconds.
        lost_share: Share of the images that did not arrive, in [0, 1]; 0 if there are too few.
        lost_on_the_way: Whether the middleware counted the losses; else the stamps skip them, so
            that the driver or something before it may have left them out.
    """

    hz: float = 0.0
    longest_gap_s: float = 0.0
    lost_share: float = 0.0
    lost_on_the_way: bool = False


class InputWatch:
    """Counts images and losses. Safe for several threads.

    Args:
        clock: Monotonic seconds.
    """

    def __init__(self, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._began_s = clock()
        self._images: deque[tuple[float, int]] = deque()  # when it came, its stamp
        self._losses: deque[tuple[float, int]] = deque()  # when it was told, how many

    def arrived(self, stamp_ns: int) -> None:
        """Count an image by its stamp, in nanoseconds."""
        with self._lock:
            self._images.append((self._clock(), stamp_ns))
            self._forget()

    def lost(self, number: int) -> None:
        """Count images that the middleware reports as lost."""
        with self._lock:
            self._losses.append((self._clock(), number))
            self._forget()

    @property
    def state(self) -> InputState:
        """The state now."""
        with self._lock:
            self._forget()
            stamps = [stamp for _, stamp in self._images]
            counted = sum(number for _, number in self._losses)
            watched_s = min(WINDOW_S, self._clock() - self._began_s)
        skipped = skipped_by_stamps(stamps)
        lost = max(counted, skipped)
        enough = len(stamps) + lost >= FEWEST
        gaps = [later - earlier for earlier, later in pairwise(stamps)]
        return InputState(
            hz=len(stamps) / watched_s if watched_s > 0 else 0.0,
            longest_gap_s=max(0, max(gaps, default=0)) / 1e9,
            lost_share=lost / (len(stamps) + lost) if enough else 0.0,
            lost_on_the_way=counted >= skipped,
        )

    def _forget(self) -> None:
        oldest_s = self._clock() - WINDOW_S
        for past in (self._images, self._losses):
            while past and past[0][0] < oldest_s:
                past.popleft()


def skipped_by_stamps(stamps_ns: Sequence[int]) -> int:
    """Return how many images are missing between these, by the camera's own beat.

    The beat is the most usual of the short gaps. Stamps that keep none (a camera that is triggered,
    equal stamps) tell nothing: 0.

    Args:
        stamps_ns: Stamps of the images in the order of their arrival, in nanoseconds.

    Example:
        >>> skipped_by_stamps([0, 10, 20, 40, 50, 60, 70, 80, 110, 120])
        3
    """
    gaps = [later - earlier for earlier, later in pairwise(stamps_ns)]
    gaps = [gap for gap in gaps if 0 < gap <= LONGEST_GAP_NS]
    if len(gaps) < FEWEST - 1:
        return 0
    beat: float = sorted(gaps)[len(gaps) // 10]
    for _ in range(3):  # jitter makes the shortest gaps too short
        beat = statistics.median(gap for gap in gaps if gap < 1.5 * beat)
    steps = [max(1, round(gap / beat)) for gap in gaps]
    in_time = [abs(gap / beat - step) <= _JITTER for gap, step in zip(gaps, steps, strict=True)]
    return sum(steps) - len(steps) if sum(in_time) >= _IN_TIME * len(gaps) else 0
