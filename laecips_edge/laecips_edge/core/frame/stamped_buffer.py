"""The last few messages of a topic by stamp, to find the one that belongs to another topic's."""

import threading
from collections import deque
from typing import Generic, TypeVar

Item = TypeVar("Item")


class StampedBuffer(Generic[Item]):
    """Keeps the newest items. One thread may add while another waits.

    Args:
        size: Items kept.
        tolerance_ns: How far two stamps may lie apart and still belong together. Half a period of
            the usual 30 Hz, and a little: never a neighbour where the right one is there.
    """

    def __init__(self, *, size: int = 5, tolerance_ns: int = 20_000_000) -> None:
        self._items: deque[tuple[int, Item]] = deque(maxlen=size)
        self._tolerance_ns = tolerance_ns
        self._added = threading.Condition()

    def add(self, stamp_ns: int, item: Item) -> None:
        """Keep an item; the one that was added first goes where there is no room."""
        with self._added:
            self._items.append((stamp_ns, item))
            self._added.notify_all()

    def nearest(self, stamp_ns: int, *, timeout: float = 0.0) -> Item | None:
        """The item whose stamp is nearest, within the tolerance.

        Args:
            stamp_ns: Stamp of what it belongs to.
            timeout: Seconds to wait for one to come.

        Returns:
            The item, or None where none came.
        """
        with self._added:
            self._added.wait_for(lambda: self._near(stamp_ns), timeout)
            near = self._near(stamp_ns)
            return near[0] if near else None

    def _near(self, stamp_ns: int) -> list[Item]:
        """Those within the tolerance, the nearest first."""
        apart = sorted(
            ((abs(stamp - stamp_ns), item) for stamp, item in self._items), key=lambda a: a[0]
        )
        return [item for distance, item in apart if distance <= self._tolerance_ns]
