"""Random numbers that are the same on every machine and with every numpy.

numpy guarantees a fixed stream for the raw output of a bit generator only, not for `Generator`.
So this module computes the few draws that the scene needs from the raw 64-bit words.
"""

from collections.abc import Sequence
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

Item = TypeVar("Item")


class RandomStream:
    """A named, seeded stream of random numbers; equal keys give equal streams.

    Args:
        keys: non-negative integers that name the stream, most general first.

    Example:
        >>> RandomStream(7, 1).integer(0, 10) == RandomStream(7, 1).integer(0, 10)
        True
    """

    def __init__(self, *keys: int) -> None:
        self.keys = keys
        # The length comes first: SeedSequence pads with zeros, so (1,) and (1, 0) would be equal.
        self._bits = np.random.PCG64(np.random.SeedSequence([len(keys), *keys]))

    def child(self, *keys: int) -> "RandomStream":
        """Return a child stream; its draws do not change any other stream."""
        return RandomStream(*self.keys, *keys)

    def uniform(self, low: float = 0.0, high: float = 1.0) -> float:
        """Return a random number in [low, high), with 53 random bits."""
        return low + (high - low) * ((int(self._bits.random_raw()) >> 11) * 2.0**-53)

    def integer(self, low: int, high: int) -> int:
        """Return a random integer in [low, high]."""
        return low + int(self._bits.random_raw()) % (high - low + 1)

    def chance(self, probability: float) -> bool:
        """Return True with the given probability; draw exactly once."""
        return self.uniform() < probability

    def sign(self) -> int:
        """Return -1 or 1."""
        return 1 if self.chance(0.5) else -1

    def choice(self, items: Sequence[Item]) -> Item:
        """Return one of the items, each as likely."""
        return items[self.integer(0, len(items) - 1)]

    def octets(self, *shape: int) -> NDArray[np.uint8]:
        """uint8 array of the shape, every value as likely."""
        size = int(np.prod(shape))
        words = np.asarray(self._bits.random_raw((size + 7) // 8), dtype="<u8")
        return words.view(np.uint8)[:size].reshape(shape)
