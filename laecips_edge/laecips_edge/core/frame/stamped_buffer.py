"""The last messages of a topic by stamp, to find the one that belongs to a given stamp."""

import threading
from collections import deque
from typing import Generic, TypeVar

Item = TypeVar("Item")


class StampedBuffer(Generic[Item]):
    """A buffer of the newest items. One thread may add while another waits.

    Args:
        size: Number of items kept.
        tolerance_ns: Largest difference, in nanoseconds, of two stamps that belong together. The
            default is slightly more than half a period at 30 Hz.
    """

    def __init__(self, *, size: int = 5, tolerance_ns: int = 20_000_000) -> None:
        self._items: deque[tuple[int, Item]] = deque(maxlen=size)
        self._tolerance_ns = tolerance_ns
        self._added = threading.Condition()

    def add(self, stamp_ns: int, item: Item) -> None:
        """Add an item; if the buffer is full, drop the item that was added first."""
        with self._added:
            self._items.append((stamp_ns, item))
            self._added.notify_all()

    def nearest(self, stamp_ns: int, *, timeout: float = 0.0) -> Item | None:
        """Return the item with the nearest stamp within the tolerance.

        Args:
            stamp_ns: The stamp to compare with, in nanoseconds.
            timeout: Seconds to wait for such an item.

        Returns:
            The item; None if none came in time.
        """
        with self._added:
            self._added.wait_for(lambda: self._near(stamp_ns), timeout)
            near = self._near(stamp_ns)
            return near[0] if near else None

    def nothing_near(self, stamp_ns: int) -> str:
        """Return in a few words why `nearest` found nothing."""
        with self._added:
            distances = [abs(stamp - stamp_ns) for stamp, _ in self._items]
        if not distances:
            return "none came at all: check the topic `depth`"
        return (
            f"the nearest is {min(distances) / 1e6:.0f} ms off the picture, "
            f"{self._tolerance_ns / 1e6:.0f} ms are allowed: let the driver stamp both alike"
        )

    def _near(self, stamp_ns: int) -> list[Item]:
        """Return the items within the tolerance, nearest first."""
        apart = sorted(
            ((abs(stamp - stamp_ns), item) for stamp, item in self._items), key=lambda a: a[0]
        )
        return [item for distance, item in apart if distance <= self._tolerance_ns]
