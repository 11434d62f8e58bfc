"""Stamps by which the pictures of a bag can be told apart.

Nodes, topics and reports know a frame by its stamp. Some drivers leave it at zero, or send several
pictures with one stamp: a hundred frames would count as one.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable


class OwnStamps:
    """Gives each picture of a bag a stamp of its own, in one pass over the bag."""

    def __init__(self) -> None:
        self._used: set[int] = set()
        self._last: tuple[int, int] | None = None  # own stamp and time of recording

    def of(self, stamp_ns: int, recorded_ns: int) -> int:
        """Return the stamp by which the next picture is known.

        Args:
            stamp_ns: stamp of its header, in nanoseconds.
            recorded_ns: when it was recorded, in nanoseconds.

        Returns:
            The header's stamp; if it is 0 or another picture's, as much later than the picture
            before as it was recorded later, so that it stays on the camera's clock; of the first
            picture the time of recording. Then the next nanosecond that no picture has.
        """
        own = stamp_ns
        if stamp_ns <= 0 or stamp_ns in self._used:
            before, then = self._last or (recorded_ns - 1, recorded_ns - 1)
            own = before + max(1, recorded_ns - then)
        while own in self._used:
            own += 1
        self._used.add(own)
        self._last = own, recorded_ns
        return own


def by_order(stamps_ns: Iterable[tuple[int, int]]) -> dict[tuple[int, int], int]:
    """Return own stamps by the header's stamp and how many pictures with it came before.

    So the second label map with a stamp finds the second picture with it.

    Args:
        stamps_ns: (stamp of the header, time of recording) of all pictures, in bag order.
    """
    own, before = OwnStamps(), defaultdict[int, int](int)
    found: dict[tuple[int, int], int] = {}
    for stamp, recorded in stamps_ns:
        found[stamp, before[stamp]] = own.of(stamp, recorded)
        before[stamp] += 1
    return found
