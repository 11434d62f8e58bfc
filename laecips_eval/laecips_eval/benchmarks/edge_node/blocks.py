"""The picture that the benchmarks of the edge node send."""

from __future__ import annotations

import math
from typing import Final

import numpy as np
from numpy.typing import NDArray

_BLOCK: Final = 40


def blocks(size: tuple[int, int]) -> NDArray[np.uint8]:
    """Return a picture of coloured blocks, uint8 [H,W,3].

    Args:
        size: rows, columns.
    """
    number = [math.ceil(side / _BLOCK) for side in size]
    colours = np.random.default_rng(0).integers(0, 256, (*number, 3), np.uint8)
    whole = colours.repeat(_BLOCK, axis=0).repeat(_BLOCK, axis=1)
    return np.ascontiguousarray(whole[: size[0], : size[1]])
