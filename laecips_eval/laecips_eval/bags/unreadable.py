"""Why pictures of a bag cannot be read."""

from __future__ import annotations

from collections.abc import Iterable

from laecips_edge.core.image.image_messages import ImageError

from laecips_eval.bags.reader import Bag


def first_unreadable(bag: Bag, among: Iterable[int]) -> str:
    """Return why the first unreadable picture cannot be read, one line; empty if all can be.

    Args:
        bag: the bag.
        among: stamps of the pictures to look at, in nanoseconds.
    """
    wanted = set(among)
    for frame in bag.frames():
        if frame.stamp_ns in wanted:
            try:
                frame.picture().rgb()
            except ImageError as error:
                return str(error)
    return ""
