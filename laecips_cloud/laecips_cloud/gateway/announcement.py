"""Announces a gateway on its network, so that robots without a configured address find it.

Needs the package zeroconf, which is loaded only here.
"""

from __future__ import annotations

import ipaddress
import socket
import uuid
from collections.abc import Sequence
from typing import Any

from laecips_edge.core.link.announced import SERVICE, properties


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

        name = f"gateway-{uuid.uuid4().hex[:12]}"
        info = zeroconf.ServiceInfo(
            SERVICE,
            f"{name}.{SERVICE}",
            port=port,
            properties=properties(tls_name),
            server=f"{name}.local.",
            parsed_addresses=announced_addresses(host),
        )
        choice: Any = list(interfaces) or zeroconf.InterfaceChoice.All
        self._zeroconf = zeroconf.Zeroconf(interfaces=choice)
        try:
            self._zeroconf.register_service(info)
        except BaseException:
            self._zeroconf.close()
            raise

    def close(self) -> None:
        """Withdraw the announcement."""
        self._zeroconf.unregister_all_services()
        self._zeroconf.close()


def announced_addresses(host: str) -> list[str]:
    """Return the IP addresses of a host to listen at, loopback only if there is no other."""
    import ifaddr  # noqa: PLC0415 (of zeroconf)

    bare = host.strip("[]")
    if bare not in ("0.0.0.0", "::", ""):  # noqa: S104 (compared, not bound)
        found = socket.getaddrinfo(bare, None, type=socket.SOCK_STREAM)
        return list(dict.fromkeys(str(address[4][0]) for address in found))
    every = [str(ip.ip) for each in ifaddr.get_adapters() for ip in each.ips if ip.is_IPv4]
    return [ip for ip in every if not ipaddress.ip_address(ip).is_loopback] or every
