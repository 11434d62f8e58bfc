"""Announces a gateway on its network, so that robots without a configured address find it.

Needs the package zeroconf, which is loaded only here.
"""

from __future__ import annotations

import ipaddress
import socket
import uuid
from collections.abc import Sequence
from typing import Any

from laecips_edge.core.link.announced import SERVICE, properties, rescan


class Announcement:
    """An announcement, until it is closed.

    Args:
        host: address that the gateway listens at; `0.0.0.0` or `[::]` for all of this machine.
        port: TCP port.
        tls_name: name in the gateway's certificate.
        interfaces: IP addresses of the network interfaces to announce at; empty: all.

    Raises:
        ImportError: the package zeroconf is not installed.
        OSError: the network does not let it announce.
    """

    def __init__(
        self, host: str, port: int, *, tls_name: str, interfaces: Sequence[str] = ()
    ) -> None:
        import zeroconf  # noqa: PLC0415 (optional)

        self._host, self._port, self._tls_name = host, port, tls_name
        self._name = f"gateway-{uuid.uuid4().hex[:12]}"
        self._addresses = announced_addresses(host)
        choice: Any = list(interfaces) or zeroconf.InterfaceChoice.All
        self._zeroconf = zeroconf.Zeroconf(interfaces=choice)
        try:
            self._zeroconf.register_service(self._info(self._addresses))
        except BaseException:
            self._zeroconf.close()
            raise

    def review(self) -> None:
        """Announce the addresses that this machine has now: a network may come up after the node.

        Raises:
            OSError: the network does not let it announce.
        """
        addresses = announced_addresses(self._host) if _is_any(self._host) else self._addresses
        if addresses == self._addresses:
            return
        import zeroconf  # noqa: PLC0415 (optional)

        try:
            rescan(self._zeroconf)
            self._zeroconf.update_service(self._info(addresses))
        except zeroconf.Error as error:
            raise OSError(f"zeroconf: {error!r}") from error
        self._addresses = addresses  # only now: what failed is tried again

    def close(self) -> None:
        """Withdraw the announcement."""
        self._zeroconf.unregister_all_services()
        self._zeroconf.close()

    def _info(self, addresses: list[str]) -> Any:
        import zeroconf  # noqa: PLC0415 (optional)

        return zeroconf.ServiceInfo(
            SERVICE,
            f"{self._name}.{SERVICE}",
            port=self._port,
            properties=properties(self._tls_name),
            server=f"{self._name}.local.",
            parsed_addresses=addresses,
        )


def announced_addresses(host: str) -> list[str]:
    """Return the IP addresses of a host to listen at, loopback only if there is no other."""
    import ifaddr  # noqa: PLC0415 (of zeroconf)

    if not _is_any(host):
        found = socket.getaddrinfo(host.strip("[]"), None, type=socket.SOCK_STREAM)
        return list(dict.fromkeys(str(address[4][0]) for address in found))
    every = [str(ip.ip) for each in ifaddr.get_adapters() for ip in each.ips if ip.is_IPv4]
    return [ip for ip in every if not ipaddress.ip_address(ip).is_loopback] or every


def _is_any(host: str) -> bool:
    """Whether a host to listen at is all of this machine."""
    return host.strip("[]") in ("0.0.0.0", "::", "")  # noqa: S104 (compared, not bound)
