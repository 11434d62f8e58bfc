"""Real TCP connections over the relay, in one event loop."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import pytest
from laecips_eval.thin_link.conditions import LinkConditions
from laecips_eval.thin_link.direction import Direction
from laecips_eval.thin_link.relay import Relay

FAST = LinkConditions(rate_bit_s=16e6, delay_s=0.001)
DATA = bytes(range(256)) * 1000


async def echo(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while data := await reader.read(65536):
        writer.write(data)
        await writer.drain()
    writer.close()


@asynccontextmanager
async def relayed() -> AsyncIterator[Relay]:
    server = await asyncio.start_server(echo, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    up, down = Direction(FAST, seed=0), Direction(FAST, seed=1)
    relay = Relay(f"127.0.0.1:{port}", up=up, down=down)
    await relay.start()
    yield relay
    server.close()


async def dial(relay: Relay) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    return await asyncio.open_connection("127.0.0.1", relay.port)


def over(use: Callable[[Relay], Awaitable[None]]) -> None:
    async def run() -> None:
        async with asyncio.timeout(60), relayed() as relay:
            await use(relay)

    asyncio.run(run())


def test_every_byte_comes_back_and_is_counted() -> None:
    async def use(relay: Relay) -> None:
        reader, writer = await dial(relay)
        writer.write(DATA)
        writer.write_eof()
        assert await reader.read(-1) == DATA
        assert relay._up.traffic.bytes == relay._down.traffic.bytes == len(DATA)

    over(use)


def test_a_second_connection_does_not_wait_for_the_end_of_the_first() -> None:
    async def use(relay: Relay) -> None:
        bulk_reader, bulk = await dial(relay)
        bulk.write(DATA)
        reader, writer = await dial(relay)
        writer.write(b"frame")
        assert await reader.readexactly(5) == b"frame"
        assert relay._down.traffic.bytes < len(DATA)
        assert await bulk_reader.readexactly(len(DATA)) == DATA

    over(use)


def test_a_cut_stops_the_stream_and_loses_nothing_of_it() -> None:
    async def use(relay: Relay) -> None:
        reader, writer = await dial(relay)
        relay.cut(reset=False)
        writer.write(b"later")
        await asyncio.sleep(0.05)  # long enough to arrive if anything did
        assert relay._down.traffic.bytes == 0
        relay.mend()
        assert await reader.readexactly(5) == b"later"

    over(use)


def test_a_reset_ends_connections_and_refuses_new_ones() -> None:
    async def use(relay: Relay) -> None:
        reader, writer = await dial(relay)
        writer.write(b"x")
        assert await reader.readexactly(1) == b"x"
        relay.cut(reset=True)
        for _ in range(2):
            with pytest.raises((OSError, asyncio.IncompleteReadError)):
                await reader.readexactly(1)
            reader, writer = await dial(relay)
        relay.mend()
        reader, writer = await dial(relay)
        writer.write(b"y")
        assert await reader.readexactly(1) == b"y"

    over(use)


def test_no_cloud_ends_the_connection() -> None:
    async def use() -> None:
        up = Direction(FAST, seed=0)
        relay = Relay("127.0.0.1:1", up=up, down=up)
        await relay.start()
        reader, _ = await dial(relay)
        with pytest.raises((OSError, asyncio.IncompleteReadError)):
            await reader.readexactly(1)

    asyncio.run(use())
