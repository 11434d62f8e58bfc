"""Which addresses a gateway announces; test_discovery.py hears real announcements."""

import ipaddress

import pytest

pytest.importorskip("zeroconf")
from laecips_cloud.gateway.announcement import announced_addresses


@pytest.mark.parametrize("host", ["127.0.0.1", "[::1]", "192.0.2.7"])
def test_a_given_address_is_announced(host: str) -> None:
    assert announced_addresses(host) == [host.strip("[]")]


@pytest.mark.parametrize("host", ["0.0.0.0", "[::]"])  # noqa: S104 (not bound)
def test_for_all_of_the_machine_its_addresses_are_announced(host: str) -> None:
    found = [ipaddress.ip_address(text) for text in announced_addresses(host)]
    assert found
    assert all(each.is_loopback for each in found) or not any(each.is_loopback for each in found)
