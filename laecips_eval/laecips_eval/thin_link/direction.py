"""One direction of a link: when each packet arrives, or that it never does. Pure."""

from __future__ import annotations

import random
from dataclasses import dataclass, replace

from laecips_eval.thin_link.conditions import LinkConditions


@dataclass
class Traffic:
    """What one direction has carried.

    Attributes:
        packets: packets that entered the link, later lost ones included.
        bytes: their bytes.
        lost: packets among them that were lost at random.
        dropped: packets that did not enter, because the queue was full or the link was cut.
    """

    packets: int = 0
    bytes: int = 0
    lost: int = 0
    dropped: int = 0


class Direction:
    """A queue that drops what does not fit, a line of fixed rate behind it, and a delay.

    Packets arrive in the order in which they entered.

    Args:
        conditions: conditions of the link.
        seed: seed of this direction's loss.
    """

    def __init__(self, conditions: LinkConditions, *, seed: int) -> None:
        self.traffic = Traffic()
        self.cut = False
        """While it is set, each packet is dropped."""
        self._conditions = conditions
        # The loss of a simulated link is no secret.
        self._random = random.Random(seed)  # noqa: S311
        self._free_s = 0.0

    def change_rate(self, rate_bit_s: float) -> None:
        """Change the rate of what enters from now on, bits per second.

        Raises:
            ValueError: it is not above 0.
        """
        self._conditions = replace(self._conditions, rate_bit_s=rate_bit_s)

    def backlog_s(self, now_s: float) -> float:
        """Return the seconds until the line is free."""
        return max(0.0, self._free_s - now_s)

    def take(self, size: int, now_s: float) -> float | None:
        """Take a packet.

        Args:
            size: bytes.
            now_s: seconds on a monotonic clock; never less than before.

        Returns:
            The time of its arrival on the same clock; None: it is dropped or lost.
        """
        took_s = 8 * size / self._conditions.rate_bit_s
        backlog_s = self.backlog_s(now_s)
        # A packet longer than the whole queue passes where nothing waits.
        if self.cut or (backlog_s > 0 and backlog_s + took_s > self._conditions.queue_s):
            self.traffic.dropped += 1
            return None
        self._free_s = now_s + backlog_s + took_s
        self.traffic.packets += 1
        self.traffic.bytes += size
        if self._random.random() < self._conditions.loss:
            self.traffic.lost += 1
            return None
        return self._free_s + self._conditions.delay_s
