"""Real announcements, on this machine's loopback."""

import pytest
from laecips_cloud.gateway.announcement import Announcement
from laecips_edge.bridge.discovery import Discovery
from laecips_edge.core.link.announced import SERVICE, Announced
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
