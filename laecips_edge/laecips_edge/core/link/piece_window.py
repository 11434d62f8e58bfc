"""How many pieces of a transfer to ask for at a time: what fills the link and waits in no queue.

The rule is TCP Vegas': from the shortest time that a piece took lately one knows how many of the
pieces under way only wait for others. Two to four such pieces keep the link busy on a robot whose
processor is busy too.
"""

from __future__ import annotations

from collections import deque
from typing import Final

REMEMBERED: Final = 500
FEWEST_WAITING: Final = 2.0
MOST_WAITING: Final = 4.0


class PieceWindow:
    """The number of pieces to have under way. Not safe for two threads at a time.

    Args:
        most: largest number.

    Attributes:
        size: the number now, at least 1.
    """

    def __init__(self, most: int = 12) -> None:
        self.size = 1
        self._most = most
        self._took_s: deque[float] = deque(maxlen=REMEMBERED)

    def arrived(self, took_s: float) -> None:
        """Note that a piece has arrived, so many seconds after it was asked for."""
        self._took_s.append(took_s)
        waiting = self.size * (1 - min(self._took_s) / took_s) if took_s > 0 else 0.0
        if waiting < FEWEST_WAITING:
            self.size = min(self.size + 1, self._most)
        elif waiting > MOST_WAITING:
            self.size = max(self.size - 1, 1)

    def restart(self) -> None:
        """Begin with one piece again, after a pause."""
        self.size = 1
