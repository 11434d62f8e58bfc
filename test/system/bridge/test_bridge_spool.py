"""A bridge without its cloud: it spools frames, teaches from them, and finds other gateways."""

import resource
import signal
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from bridge_site import OK, Site
from diagnostic_msgs.msg import DiagnosticArray, DiagnosticStatus
from laecips_edge.core.link.hard_frame import AnswerStatus, HardFrameAnswer, HardFrameRequest
from laecips_edge.core.link.transport import InProcessTransport
from processes import Peer, RosProcess, until

from laecips_msgs.msg import BridgeStatus
from laecips_msgs.srv import SegmentHardFrame

pytestmark = pytest.mark.system

Response = SegmentHardFrame.Response
LARGE = bytes(50_000)
"""A picture of several pieces."""


class Memory:
    """A cloud that keeps what it is asked."""

    def __init__(self) -> None:
        self.asked: list[HardFrameRequest] = []
        self.status = AnswerStatus.OK

    def __call__(self, request: HardFrameRequest) -> HardFrameAnswer:
        self.asked.append(request)
        return OK if self.status is AnswerStatus.OK else HardFrameAnswer(status=self.status)

    @property
    def ids(self) -> list[str]:
        return [request.request_id for request in self.asked]


@pytest.fixture
def site(tmp_path: Path) -> Site:
    return Site(tmp_path / "ca")


@pytest.fixture
def addresses() -> list[str]:
    with socket.socket() as one, socket.socket() as other:
        for each in (one, other):
            each.bind(("127.0.0.1", 0))
        return [f"127.0.0.1:{each.getsockname()[1]}" for each in (one, other)]


class Bridge:
    """A bridge's process, and what a robot asks it."""

    def __init__(self, peer: Peer, process: RosProcess) -> None:
        self.peer = peer
        self.process = process
        self._statuses: list[BridgeStatus] = peer.subscribe(BridgeStatus, "/bridge/status")
        until(lambda: peer.state("/bridge") == "active", process=process)

    def ask(self, number: int, *, why: int = SegmentHardFrame.Request.HARD) -> Response:
        request = SegmentHardFrame.Request(request_id=f"r1/{number}", robot="r1", why=why)
        request.image.data, request.deadline_s, request.confidence = LARGE, 20.0, 0.5
        return self.peer.call(SegmentHardFrame, "/segment_hard_frame", request, again=False)

    def until(self, condition: Callable[[BridgeStatus], Any]) -> BridgeStatus:
        """The next status that a condition holds for."""
        seen = len(self._statuses)
        return until(
            lambda: next((s for s in self._statuses[seen:] if condition(s)), None),
            process=self.process,
        )


@pytest.fixture
def start(domain: int, peer: Peer, site: Site) -> Callable[..., Any]:
    folder = site.folder.parent / "robot-r1"

    @contextmanager
    def it(*addresses: str, **parameters: Any) -> Iterator[Bridge]:
        given = {
            "addresses": str(list(addresses) or [""]).replace("'", '"'),
            "certificates": folder,
            "spool": folder / "spool",
            "spool_frames_per_minute": 6000.0,
        }
        with RosProcess(
            "laecips_edge.bridge.bridge_node", domain, parameters=given | parameters
        ) as process:
            yield Bridge(peer, process)

    return it


def test_spooled_frames_outlive_the_bridge_and_are_taught_once_the_cloud_is_back(
    start: Callable[..., Any], site: Site, addresses: list[str]
) -> None:
    cloud = Memory()
    with start(addresses[0]) as bridge:
        for number in range(3):
            answer = bridge.ask(number)
            assert answer.status == Response.SPOOLED
            assert answer.message.startswith("no cloud: ")
        audit = bridge.ask(9, why=SegmentHardFrame.Request.AUDIT)
        assert audit.status == Response.UNAVAILABLE
        status = bridge.until(lambda status: status.spooled == 3)
        assert (status.address, status.spool_bytes > 3 * len(LARGE)) == ("", True)
        bridge.process.stop(signal.SIGKILL)
    with start(addresses[0]) as bridge:
        bridge.until(lambda status: status.spooled == 3)
        with site.gateway(InProcessTransport(cloud), address=addresses[0]):
            status = bridge.until(lambda status: status.taught == 3)
            assert (status.spooled, status.address) == (0, addresses[0])
            assert bridge.ask(5).status == Response.OK
    assert sorted(cloud.ids) == ["r1/0", "r1/1", "r1/2", "r1/5"]
    assert all(request.picture == LARGE for request in cloud.asked)


def test_what_the_cloud_could_not_store_stays_in_the_spool(
    start: Callable[..., Any], site: Site
) -> None:
    cloud = Memory()
    cloud.status = AnswerStatus.UNAVAILABLE
    with site.gateway(InProcessTransport(cloud)) as address, start(address) as bridge:
        bridge.until(lambda status: status.address == address)
        assert bridge.ask(1).status == Response.UNAVAILABLE
        until(lambda: len(cloud.asked) >= 2, process=bridge.process)  # taught in vain
        bridge.until(lambda status: status.spooled == 1)
        cloud.status = AnswerStatus.OK
        bridge.until(lambda status: status.spooled == 0 and status.taught == 1)
        cloud.status = AnswerStatus.BAD_REQUEST
        assert bridge.ask(2).status == Response.BAD_REQUEST
        assert bridge.until(lambda status: status.sent == 2).spooled == 0


def test_a_spare_answers_until_the_first_address_is_back(
    start: Callable[..., Any], site: Site, addresses: list[str]
) -> None:
    first, spare = Memory(), Memory()
    with site.gateway(InProcessTransport(spare), address=addresses[1]), start(*addresses) as bridge:
        bridge.until(lambda status: status.address == addresses[1])
        assert bridge.ask(1).status == Response.OK
        with site.gateway(InProcessTransport(first), address=addresses[0]):
            bridge.until(lambda status: status.address == addresses[0])
            assert bridge.ask(2).status == Response.OK
            first.status = AnswerStatus.UNAVAILABLE  # there, and of no use
            for number in range(3, 8):
                assert bridge.ask(number).status == Response.OK
            status = bridge.until(lambda status: status.circuits[0] == "open")
            assert status.address == addresses[1]
    assert first.ids[:4] == ["r1/2", "r1/3", "r1/4", "r1/5"]  # then it is tried now and then
    assert spare.ids == ["r1/1", *(f"r1/{number}" for number in range(3, 8))]


def test_a_full_disk_is_said_and_frames_are_answered_all_the_same(
    start: Callable[..., Any], peer: Peer, addresses: list[str]
) -> None:
    said: list[DiagnosticArray] = peer.subscribe(DiagnosticArray, "/diagnostics")
    with start(addresses[0]) as bridge:
        assert bridge.ask(1).status == Response.SPOOLED
        bridge.until(lambda status: status.spooled == 1)
        limit = resource.prlimit(bridge.process.pid, resource.RLIMIT_FSIZE)
        resource.prlimit(bridge.process.pid, resource.RLIMIT_FSIZE, (50_000, limit[1]))
        assert bridge.ask(2).status == Response.SPOOLED
        assert bridge.until(lambda status: status.spool_lost).spooled == 1
        until(
            lambda: any(
                status.level == DiagnosticStatus.ERROR
                and status.message.startswith("hard frames are not spooled: ")
                for array in said
                for status in array.status
            )
        )
        resource.prlimit(bridge.process.pid, resource.RLIMIT_FSIZE, limit)
        bridge.ask(3)
        bridge.until(lambda status: status.spooled == 2)


def test_a_spool_that_cannot_be_opened_ends_nothing(
    start: Callable[..., Any], site: Site, tmp_path: Path
) -> None:
    (tmp_path / "file").touch()
    with (
        site.gateway(InProcessTransport(Memory())) as address,
        start(address, spool=tmp_path / "file") as bridge,
    ):
        bridge.until(lambda status: status.address == address)
        assert bridge.ask(1).status == Response.OK
        assert "hard frames are not spooled: " in bridge.process.log()


def test_an_announced_gateway_is_found_and_followed_and_a_foreign_one_is_not_trusted(
    start: Callable[..., Any], site: Site, tmp_path: Path, addresses: list[str]
) -> None:
    pytest.importorskip("zeroconf")
    from laecips_cloud.gateway.announcement import Announcement  # noqa: PLC0415 (optional)

    @contextmanager
    def announced(of: Site, cloud: Memory, address: str = "127.0.0.1:0") -> Iterator[str]:
        with of.gateway(InProcessTransport(cloud), address=address) as listening:
            port = int(listening.rpartition(":")[2])
            announcement = Announcement("127.0.0.1", port, tls_name="localhost")
            try:
                yield listening
            finally:
                announcement.close()

    foreign, first, second = Memory(), Memory(), Memory()
    with announced(Site(tmp_path / "foreign" / "ca"), foreign) as stranger, start() as bridge:
        bridge.until(lambda status: stranger in status.addresses)
        with announced(site, first, addresses[0]):
            bridge.until(lambda status: status.address == addresses[0])
            assert bridge.ask(1).status == Response.OK
        bridge.until(lambda status: status.address == "")
        with announced(site, second, addresses[1]):
            bridge.until(lambda status: status.address == addresses[1])
            assert bridge.ask(2).status == Response.OK
    assert (foreign.ids, first.ids, second.ids) == ([], ["r1/1"], ["r1/2"])
