"""A relay of TCP streams with a rate and a delay, where packets cannot be had for want of root.

The streams share the line, a piece of each in turn. A stream cannot lose bytes: what a lossy link
would send again is not modelled.
"""

from __future__ import annotations

import asyncio
import contextlib
import socket
from typing import Final

from laecips_eval.thin_link.direction import Direction

_PIECE: Final = 4096
_AHEAD_S: Final = 0.02
"""Seconds of traffic that may wait for the line: a timer is late by a millisecond or so."""
_SOCKET_BUFFER: Final = 65536
"""Bytes. What the kernel takes from a sender beyond the line's rate waits unseen."""

Stream = tuple[asyncio.StreamReader, asyncio.StreamWriter]


class Relay:
    """Accepts connections of robots and carries them to the cloud's port; on an event loop.

    Args:
        target: HOST:PORT of the cloud.
        up: direction from the robot.
        down: direction to the robot.
    """

    def __init__(self, target: str, *, up: Direction, down: Direction) -> None:
        self.port = 0
        """Where robots connect, on 127.0.0.1; known once it is started."""
        self._target = target
        self._up, self._down = up, down
        self._whole = asyncio.Event()
        self._whole.set()
        self._refusing = False
        self._writers: set[asyncio.StreamWriter] = set()
        self._server: asyncio.Server | None = None

    async def start(self) -> None:
        """Listen at a free port of 127.0.0.1."""
        listening = socket.socket()
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, _SOCKET_BUFFER)
        listening.bind(("127.0.0.1", 0))
        self._server = await asyncio.start_server(self._accept, sock=listening)
        self.port = listening.getsockname()[1]

    def cut(self, *, reset: bool) -> None:
        """Stop to forward; with `reset` also end all connections and refuse new ones."""
        self._whole.clear()
        self._refusing = reset
        for writer in tuple(self._writers) if reset else ():
            writer.transport.abort()

    def mend(self) -> None:
        """Forward again."""
        self._refusing = False
        self._whole.set()

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self._refusing:
            writer.transport.abort()
            return
        host, _, port = self._target.rpartition(":")
        try:
            cloud_reader, cloud_writer = await asyncio.open_connection(host, int(port))
        except OSError:
            writer.transport.abort()
            return
        ends = (writer, cloud_writer)
        self._writers.update(ends)
        try:
            async with asyncio.TaskGroup() as both:
                both.create_task(self._carry(reader, cloud_writer, self._up))
                both.create_task(self._carry(cloud_reader, writer, self._down))
        except* (OSError, asyncio.CancelledError):
            pass  # one end has gone, and so goes the other; or the whole link ends
        finally:
            self._writers.difference_update(ends)
            for end in ends:
                end.transport.abort()

    async def _carry(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, direction: Direction
    ) -> None:
        flying: asyncio.Queue[tuple[float, bytes]] = asyncio.Queue()
        async with asyncio.TaskGroup() as both:
            both.create_task(self._deliver(flying, writer))
            both.create_task(self._take(reader, flying, direction))

    async def _take(
        self,
        reader: asyncio.StreamReader,
        flying: asyncio.Queue[tuple[float, bytes]],
        direction: Direction,
    ) -> None:
        loop = asyncio.get_running_loop()
        while True:
            data = await reader.read(_PIECE)
            await self._whole.wait()
            while (late_s := direction.backlog_s(loop.time()) - _AHEAD_S) > 0:
                await asyncio.sleep(late_s)
            arrival_s = direction.take(len(data), loop.time())
            if arrival_s is None:
                raise AssertionError("a stream lost bytes: its queue is never full, its loss is 0")
            flying.put_nowait((arrival_s, data))
            if not data:
                return

    async def _deliver(
        self, flying: asyncio.Queue[tuple[float, bytes]], writer: asyncio.StreamWriter
    ) -> None:
        loop = asyncio.get_running_loop()
        while True:
            arrival_s, data = await flying.get()
            await asyncio.sleep(arrival_s - loop.time())
            await self._whole.wait()
            if not data:
                with contextlib.suppress(OSError):
                    writer.write_eof()
                return
            writer.write(data)
            await writer.drain()
