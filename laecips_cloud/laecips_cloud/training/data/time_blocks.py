"""Which lessons f learns from, and which are held out from it for h and for the gate.

On rows that f has just fitted h would learn to trust everything. Neighbouring frames look alike, so
what is held out are stretches of time, not frames.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, TypeVar

import numpy as np

Item = TypeVar("Item")

HELD_OUT: Final = 0.3
"""Share of the blocks that f does not see."""


def split_by_time(items: Sequence[Item], *, blocks: int = 10) -> tuple[list[Item], list[Item]]:
    """Splits about 70/30 by blocks of time, spread over the whole stretch.

    Args:
        items: in order of time, at least two.
        blocks: how many blocks; fewer where there are fewer items.

    Returns:
        What f learns from, and what is held out; both in order, neither empty.

    Raises:
        ValueError: fewer than two items or blocks.

    Example:
        >>> split_by_time(range(10))
        ([0, 2, 3, 4, 6, 7, 9], [1, 5, 8])
    """
    if len(items) < 2 or blocks < 2:
        raise ValueError(f"{len(items)} lessons in {blocks} blocks cannot be split: give more")
    count = min(blocks, len(items))
    held = max(1, round(HELD_OUT * count))
    # In the middle of equal parts: what comes first and last is with f.
    out = {int((number + 0.5) * count / held) for number in range(held)}
    learnt: list[Item] = []
    held_out: list[Item] = []
    for number, block in enumerate(np.array_split(np.arange(len(items)), count)):
        (held_out if number in out else learnt).extend(items[int(i)] for i in block)
    return learnt, held_out


def spread(items: Sequence[Item], most: int) -> list[Item]:
    """At most so many of them, evenly spread.

    Example:
        >>> spread(range(10), 4)
        [0, 3, 6, 9]
    """
    places = np.linspace(0, len(items) - 1, min(most, len(items))).round()
    return [items[int(place)] for place in places]
