"""How many pieces of a transfer to ask for at a time: what fills the link and waits in no queue.

The rule is FAST TCP's, applied once a round, a round being as many pieces as are under way: the
ratio of the shortest time that a piece took lately to that of this round says how many of the
pieces under way only wait for others. `WAITING` such pieces keep the link busy; while none waits,
the number doubles. It is the fastest
piece of a round that counts: where a queue stands in front of the link each piece waits in it,
while a busy processor holds up one piece or another.
"""

from __future__ import annotations

from collections import deque
from typing import Final

REMEMBERED: Final = 500
WAITING: Final = 3


class PieceWindow:
    """The number of pieces to have under way. Not safe for two threads at a time.

    Args:
        most: largest number.

    Attributes:
        size: the number now, at least 1.
    """

    def __init__(self, most: int = 16) -> None:
        self.size = 1
        self._most = most
        self._took_s: deque[float] = deque(maxlen=REMEMBERED)
        self._round_s: list[float] = []

    def arrived(self, took_s: float) -> None:
        """Note that a piece has arrived, so many seconds after it was asked for."""
        self._took_s.append(took_s)
        self._round_s.append(took_s)
        if len(self._round_s) < self.size:
            return
        fastest_s = min(self._round_s)
        moving = round(self.size * min(self._took_s) / fastest_s) if fastest_s > 0 else self.size
        grown = 2 * self.size if moving == self.size else moving + WAITING
        self.size = min(grown, self._most)
        self._round_s.clear()

    def restart(self) -> None:
        """Begin with one piece again, after a pause."""
        self.size = 1
        self._round_s.clear()
