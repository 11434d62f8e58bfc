"""Packets between two TUN devices, on an asyncio event loop."""

from __future__ import annotations

import asyncio
import contextlib
import os
from collections import deque
from typing import Final

from laecips_eval.thin_link.direction import Direction

_LARGEST: Final = 65536
_AT_ONCE: Final = 64
"""Packets of one device before the other one gets its turn."""


class PacketWire:
    """Carries the packets of one TUN device to another, in one direction.

    Args:
        source: file descriptor of the device that packets are read from; non-blocking.
        target: file descriptor of the device that they are written to.
        direction: decides when a packet arrives.
    """

    def __init__(self, source: int, target: int, direction: Direction) -> None:
        self._source, self._target, self._direction = source, target, direction
        self._flying: deque[tuple[float, bytes]] = deque()
        self._loop = asyncio.get_running_loop()

    def start(self) -> None:
        """Carry packets until the event loop ends."""
        self._loop.add_reader(self._source, self._read)

    def _read(self) -> None:
        for _ in range(_AT_ONCE):
            try:
                packet = os.read(self._source, _LARGEST)
            except BlockingIOError:
                return
            arrival_s = self._direction.take(len(packet), self._loop.time())
            if arrival_s is not None:
                self._flying.append((arrival_s, packet))
                if len(self._flying) == 1:
                    self._loop.call_at(arrival_s, self._deliver)

    def _deliver(self) -> None:
        while self._flying and self._flying[0][0] <= self._loop.time():
            _, packet = self._flying.popleft()
            # A full device drops the packet, as a real one does.
            if not self._direction.cut:
                with contextlib.suppress(OSError):
                    os.write(self._target, packet)
        if self._flying:
            self._loop.call_at(self._flying[0][0], self._deliver)
