"""Which addresses a gateway announces; test_discovery.py hears real announcements."""

import ipaddress

import pytest
from laecips_cloud.gateway import announcement
from laecips_cloud.gateway.announcement import Announcement, announced_addresses

zeroconf = pytest.importorskip("zeroconf")


@pytest.mark.parametrize("host", ["127.0.0.1", "[::1]", "192.0.2.7"])
def test_a_given_address_is_announced(host: str) -> None:
    assert announced_addresses(host) == [host.strip("[]")]


@pytest.mark.parametrize("host", ["0.0.0.0", "[::]"])  # noqa: S104 (not bound)
def test_for_all_of_the_machine_its_addresses_are_announced(host: str) -> None:
    found = [ipaddress.ip_address(text) for text in announced_addresses(host)]
    assert found
    assert all(each.is_loopback for each in found) or not any(each.is_loopback for each in found)


def test_new_addresses_that_could_not_be_announced_are_announced_later(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    it = Announcement("0.0.0.0", 1, tls_name="localhost", interfaces=["127.0.0.1"])  # noqa: S104
    said: list[list[str]] = []

    def update(info: "zeroconf.ServiceInfo") -> None:
        said.append(info.parsed_addresses())
        if len(said) == 1:
            raise zeroconf.EventLoopBlocked

    with monkeypatch.context() as patch:
        patch.setattr(announcement, "announced_addresses", lambda host: ["192.0.2.7"])
        patch.setattr(announcement, "rescan", lambda network: None)
        patch.setattr(it._zeroconf, "update_service", update)
        with pytest.raises(OSError, match="EventLoopBlocked"):
            it.review()
        it.review()
        it.review()
    it.close()
    assert said == [["192.0.2.7"]] * 2
