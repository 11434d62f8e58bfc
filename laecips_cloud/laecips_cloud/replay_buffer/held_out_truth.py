"""Which of people's label maps the promotion gate keeps as truth, from which nothing learns."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np

ONE_IN: Final = 4
"""One of so many label maps is held out."""

_SEED: Final = 20


def truth_among(new: Sequence[str], *, before: int) -> set[str]:
    """Return the frames to hold out: of each block of four labels one, by lot.

    Labels are counted over all imports, so that people who label one frame a day have truth too.
    Blocks are cut in order of time, which spreads the truth over it.

    Args:
        new: frames that people have labelled for the first time, in order of time.
        before: number of frames that they labelled before.

    Example:
        >>> sorted(truth_among([f"robot/{number}" for number in range(8)], before=0))
        ['robot/3', 'robot/4']
    """
    return {
        name
        for number, name in enumerate(new, before)
        if number % ONE_IN == np.random.default_rng((_SEED, number // ONE_IN)).integers(ONE_IN)
    }
