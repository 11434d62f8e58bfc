"""Packets of datagram sockets, which the wire cannot tell from those of a TUN device."""

import asyncio
import socket
from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest
from laecips_eval.thin_link.conditions import LinkConditions
from laecips_eval.thin_link.direction import Direction
from laecips_eval.thin_link.packets import PacketWire

FAST = LinkConditions(rate_bit_s=1e9, delay_s=0.001, queue_s=10.0)
PACKETS = [bytes([number]) * 100 for number in range(100)]

Carry = Callable[[Direction, list[bytes]], list[bytes]]


@pytest.fixture
def carry() -> Iterator[Carry]:
    """Sends packets through a wire, and returns what arrives until nothing does any more."""
    with ExitStack() as stack:

        def pair() -> tuple[socket.socket, socket.socket]:
            ends = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
            for end in ends:
                stack.enter_context(end).setblocking(False)
            return ends

        async def through(direction: Direction, packets: list[bytes]) -> list[bytes]:
            (robot, robot_device), (cloud, cloud_device) = pair(), pair()
            PacketWire(robot_device.fileno(), cloud_device.fileno(), direction).start()
            for packet in packets:
                robot.send(packet)
            traffic, arrived = direction.traffic, []
            while traffic.packets + traffic.dropped < len(packets) or (
                not direction.cut and len(arrived) < traffic.packets - traffic.lost
            ):
                await asyncio.sleep(0)
                try:
                    arrived.append(cloud.recv(1000))
                except BlockingIOError:
                    continue
            asyncio.get_running_loop().remove_reader(robot_device.fileno())
            return arrived

        yield lambda direction, packets: asyncio.run(through(direction, packets))


def test_packets_arrive_whole_and_in_order(carry: Carry) -> None:
    assert carry(Direction(FAST, seed=0), PACKETS) == PACKETS


def test_the_lost_ones_are_those_that_the_direction_loses(carry: Carry) -> None:
    lossy = LinkConditions(rate_bit_s=1e9, delay_s=0.0, queue_s=10.0, loss=0.2)
    same = Direction(lossy, seed=5)
    kept = [packet for packet in PACKETS if same.take(len(packet), 0.0) is not None]
    assert carry(Direction(lossy, seed=5), PACKETS) == kept
    assert len(kept) < len(PACKETS)


def test_nothing_passes_a_cut(carry: Carry) -> None:
    direction = Direction(FAST, seed=0)
    direction.cut = True
    assert carry(direction, PACKETS) == []
    assert direction.traffic.dropped == len(PACKETS)
