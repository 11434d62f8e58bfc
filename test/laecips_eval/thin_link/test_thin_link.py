"""Real TCP over a link, in both of its modes."""

import os
import socket
import threading
from collections.abc import Iterator
from contextlib import ExitStack

import pytest
from laecips_eval.thin_link import control
from laecips_eval.thin_link.conditions import LinkConditions
from laecips_eval.thin_link.thin_link import NAMESPACES, RELAY, ThinLink
from processes import until

pytestmark = pytest.mark.slow

FAST = LinkConditions(rate_bit_s=40e6, delay_s=0.001)
DATA = bytes(range(256)) * 800


@pytest.fixture(params=[NAMESPACES, RELAY])
def link(request: pytest.FixtureRequest) -> Iterator[ThinLink]:
    with ExitStack() as stack:
        try:
            made = stack.enter_context(ThinLink(FAST, mode=request.param))
        except OSError as error:
            pytest.skip(f"no network namespaces here: {error}")
        yield made


@pytest.fixture
def ends(link: ThinLink) -> Iterator[tuple[socket.socket, socket.socket]]:
    """A connection from the robot's side to the cloud's, both ends of it."""

    def address(text: str) -> tuple[str, int]:
        host, _, port = text.rpartition(":")
        return host, int(port)

    with link.cloud.entered():
        server = socket.create_server(address(link.listen))
    with link.robot.entered():
        robot = socket.create_connection(address(link.dial))
    cloud, _ = server.accept()
    with server, robot, cloud:
        yield robot, cloud


def received(end: socket.socket, size: int) -> bytes:
    data = b""
    while len(data) < size:
        data += end.recv(size - len(data))
    return data


def test_a_stream_arrives_whole_and_is_counted(
    link: ThinLink, ends: tuple[socket.socket, socket.socket]
) -> None:
    robot, cloud = ends
    sender = threading.Thread(target=robot.sendall, args=(DATA,))
    sender.start()
    assert received(cloud, len(DATA)) == DATA
    sender.join()
    cloud.sendall(b"answer")
    assert received(robot, 6) == b"answer"
    state = link.state()
    assert state.whole
    assert len(DATA) <= state.up.bytes < 1.5 * len(DATA)
    assert 6 <= state.down.bytes < len(DATA)


def test_it_is_cut_and_mended_while_it_runs(
    link: ThinLink, ends: tuple[socket.socket, socket.socket]
) -> None:
    robot, cloud = ends
    link.cut()
    assert not link.state().whole
    carried = link.state().up.bytes
    robot.sendall(b"later")
    if link.mode == NAMESPACES:
        until(lambda: link.state().up.dropped > 0)
    cloud.setblocking(False)
    with pytest.raises(BlockingIOError):
        cloud.recv(5)
    assert link.state().up.bytes == carried
    link.mend()
    cloud.setblocking(True)
    assert received(cloud, 5) == b"later"


def test_it_is_gone_afterwards() -> None:
    with ThinLink(FAST, mode=RELAY, name="soon-gone") as link:
        assert "soon-gone" in control.links()
        assert link.environment()["LINK_CLOUD"] == link.dial
    assert "soon-gone" not in control.links()


@pytest.mark.skipif(os.geteuid() == 0, reason="root may have namespaces")
def test_without_root_it_is_a_relay_and_says_why() -> None:
    with ThinLink(FAST) as link:
        assert link.mode == RELAY
        assert "root is needed" in link.note or "Operation not permitted" in link.note
