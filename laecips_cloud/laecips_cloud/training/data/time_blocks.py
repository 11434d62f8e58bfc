"""Splits frames in time: f learns from some, and h and the gate use the held-out ones.

On frames that f has just fitted, h would learn to trust everything. Neighbouring frames look
alike, so whole blocks of time are held out, not single frames.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, TypeVar

import numpy as np

Item = TypeVar("Item")

HELD_OUT: Final = 0.3
"""Share of the blocks that f does not learn from."""


def split_by_time(items: Sequence[Item], *, blocks: int = 10) -> tuple[list[Item], list[Item]]:
    """Split items about 70/30 by blocks of time; the held-out blocks are evenly spread.

    Args:
        items: at least two, in order of time.
        blocks: number of blocks, at least 2; at most one for each item is used.

    Returns:
        (what f learns from, what is held out), both in order of time, neither empty.

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
    # One held-out block in the middle of each equal part, so that f gets the first and the last.
    out = {int((number + 0.5) * count / held) for number in range(held)}
    learnt: list[Item] = []
    held_out: list[Item] = []
    for number, block in enumerate(np.array_split(np.arange(len(items)), count)):
        (held_out if number in out else learnt).extend(items[int(i)] for i in block)
    return learnt, held_out


def spread(items: Sequence[Item], most: int) -> list[Item]:
    """Return at most `most` of the items, evenly spread, in their order.

    Example:
        >>> spread(range(10), 4)
        [0, 3, 6, 9]
    """
    places = np.linspace(0, len(items) - 1, min(most, len(items))).round()
    return [items[int(place)] for place in places]
