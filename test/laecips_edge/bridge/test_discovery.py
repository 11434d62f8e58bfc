"""Real announcements, on this machine's loopback, and what is made of them."""

import socket
from types import SimpleNamespace
from typing import Any

import pytest
from laecips_cloud.gateway.announcement import Announcement
from laecips_edge.bridge.discovery import KEPT, MOST, Announcements, Discovery
from laecips_edge.core.link.announced import SERVICE, Announced, properties
from processes import until

zeroconf = pytest.importorskip("zeroconf")

LOOPBACK = ["127.0.0.1"]


def announced(port: int, name: str = "cloud") -> Announcement:
    return Announcement("127.0.0.1", port, tls_name=name, interfaces=LOOPBACK)


@pytest.mark.slow
def test_a_gateway_that_comes_moves_and_goes() -> None:
    heard: list[list[Announced]] = []
    gateway = announced(50001)
    discovery = Discovery(heard.append, interfaces=LOOPBACK)
    try:
        until(lambda: Announced("127.0.0.1:50001", "cloud") in (heard or [[]])[-1])
        gateway.close()
        gateway = announced(50002)
        until(lambda: heard[-1] and heard[-1][-1] == Announced("127.0.0.1:50002", "cloud"))
        until(lambda: Announced("127.0.0.1:50001", "cloud") not in heard[-1])
    finally:
        discovery.close()
        gateway.close()


@pytest.mark.slow
def test_garbage_is_told_and_others_are_heard() -> None:
    heard: list[list[Announced]] = []
    told: list[str] = []
    hostile = zeroconf.Zeroconf(interfaces=LOOPBACK)
    hostile.register_service(
        zeroconf.ServiceInfo(
            SERVICE,
            f"hostile.{SERVICE}",
            port=1,
            properties={"tls_name": "no name\n"},
            server="hostile.local.",
            parsed_addresses=["127.0.0.1"],
        )
    )
    gateway = announced(50003)
    discovery = Discovery(heard.append, on_garbage=told.append, interfaces=LOOPBACK)
    try:
        until(lambda: told and "tls_name: 'no name" in told[0])
        until(lambda: heard and Announced("127.0.0.1:50003", "cloud") in heard[-1])
        assert all(each.tls_name == "cloud" for found in heard for each in found)
    finally:
        discovery.close()
        gateway.close()
        hostile.close()


@pytest.mark.slow
def test_a_name_that_is_none_does_not_end_the_listening() -> None:
    """zeroconf checks the name of an announcement on the thread that hears all of them."""
    heard: list[list[Announced]] = []
    told: list[str] = []
    discovery = Discovery(heard.append, on_garbage=told.append, interfaces=LOOPBACK)
    try:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as hostile:
            hostile.setsockopt(
                socket.IPPROTO_IP, socket.IP_MULTICAST_IF, socket.inet_aton(*LOOPBACK)
            )

            def refused() -> bool:
                hostile.sendto(pointer("no name of a service."), ("224.0.0.251", 5353))
                return any("must end with" in line for line in told)

            until(refused)
        gateway = announced(50004)
        try:
            until(lambda: heard and Announced("127.0.0.1:50004", "cloud") in heard[-1])
        finally:
            gateway.close()
    finally:
        discovery.close()


def pointer(alias: str) -> bytes:
    """A packet that says that a service has this name."""
    outgoing = zeroconf.DNSOutgoing(zeroconf.const._FLAGS_QR_RESPONSE)
    outgoing.add_answer_at_time(zeroconf.DNSPointer(SERVICE, 12, 1, 100, alias), 0)
    (packet,) = outgoing.packets()
    return bytes(packet)


@pytest.mark.parametrize(
    "problem", [None, zeroconf.EventLoopBlocked(), OSError("no such device"), RuntimeError("none")]
)
def test_it_listens_at_new_interfaces_and_asks_again(
    monkeypatch: pytest.MonkeyPatch, problem: Exception | None
) -> None:
    """zeroconf asks in the first seconds only, and where an address was then."""
    asked: list[bytes] = []
    rescans: list[None] = []

    class Network:
        def __init__(self, **_: Any) -> None: ...

        def update_interfaces(self) -> None:
            rescans.append(None)
            if problem is not None:
                raise problem

        def send(self, out: Any) -> None:
            asked.extend(out.packets())

    monkeypatch.setattr(zeroconf, "Zeroconf", Network)
    monkeypatch.setattr(zeroconf, "ServiceBrowser", lambda *_, **__: None)
    told: list[str] = []
    discovery = Discovery(print, on_garbage=told.append)
    discovery.review()
    assert len(rescans) == 1
    assert [question.name for question in zeroconf.DNSIncoming(asked[0]).questions] == [SERVICE]
    assert [line.partition(": ")[0] for line in told] == ["network"] * (problem is not None)


class Heard:
    """Services by name, in the place of zeroconf."""

    def __init__(self) -> None:
        self.hosts: dict[str, list[str]] = {}

    def get_service_info(self, kind: str, name: str, timeout: int) -> Any:
        words = {key.encode(): value.encode() for key, value in properties("cloud").items()}
        return SimpleNamespace(
            parsed_scoped_addresses=lambda: self.hosts[name], port=1, properties=words
        )


def test_many_addresses_and_many_announcements_leave_room_for_others() -> None:
    changes: list[list[Announced]] = []
    zeroconf, listener = Heard(), Announcements(changes.append)
    zeroconf.hosts["many"] = [f"192.0.2.{number}" for number in range(100)]
    for name in ("many", *(f"name {number}" for number in range(2 * KEPT))):
        zeroconf.hosts.setdefault(name, ["198.51.100.1"])
        listener.add_service(zeroconf, SERVICE, name)
    assert len(changes[-1]) == MOST
    assert [each.address for each in changes[-1][:2]] == ["192.0.2.0:1", "198.51.100.1:1"]
    for name in list(zeroconf.hosts)[:KEPT]:
        listener.remove_service(zeroconf, SERVICE, name)
    assert changes[-1] == []  # nothing beyond was kept
