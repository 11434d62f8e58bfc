"""The last few messages of a topic by stamp, to find the one that belongs to another topic's."""

from collections import deque
from typing import Generic, TypeVar

Item = TypeVar("Item")


class StampedBuffer(Generic[Item]):
    """Keeps the newest items. One thread may add while others look.

    Args:
        size: Items kept.
        tolerance_ns: How far two stamps may lie apart and still belong together.
    """

    def __init__(self, *, size: int = 5, tolerance_ns: int = 50_000_000) -> None:
        self._items: deque[tuple[int, Item]] = deque(maxlen=size)
        self._tolerance_ns = tolerance_ns

    def add(self, stamp_ns: int, item: Item) -> None:
        """Keep an item; the one that was added first goes where there is no room."""
        self._items.append((stamp_ns, item))

    def nearest(self, stamp_ns: int) -> Item | None:
        """The item whose stamp is nearest, within the tolerance; None where there is none."""
        items = self._items.copy()
        if not items:
            return None
        found_ns, item = min(items, key=lambda entry: abs(entry[0] - stamp_ns))
        return item if abs(found_ns - stamp_ns) <= self._tolerance_ns else None
