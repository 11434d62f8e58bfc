"""The steps in which int8 rounds a range: the same on the robot and where ranges are tried."""

from __future__ import annotations

from typing import Final

STEPS: Final = 256
"""Numbers that a rounded input has."""

TINY: Final = 1e-20
"""The least step, and the largest weight of a channel of zeros."""


def int8_steps(low: float, high: float) -> tuple[float, int]:
    """Return the size of a step, and how many steps lie below 0, which is one of the numbers.

    Args:
        low: smallest value.
        high: largest value.

    Example:
        >>> int8_steps(-1.0, 254.0)
        (1.0, 1)
    """
    low, high = min(low, 0.0), max(high, 0.0)
    step = max((high - low) / (STEPS - 1), TINY)
    return step, round(-low / step)
