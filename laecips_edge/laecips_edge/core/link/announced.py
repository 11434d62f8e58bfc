"""What a gateway announces on its network by DNS-SD, and the check of what was heard.

An announcement says where a gateway may be, no more: anybody on the network can send one. A robot
trusts the gateway that proves the announced name by a certificate of its own authority.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from laecips_edge.core.link.protocol import OURS, Versions, meeting
from laecips_edge.core.link.wire_error import WireError

SERVICE: Final = "_laecips._tcp.local."
"""Type of the service."""

_NAME: Final = re.compile(r"[A-Za-z0-9._:-]{1,253}")


@dataclass(frozen=True)
class Announced:
    """A gateway that was announced.

    Attributes:
        address: `HOST:PORT`.
        tls_name: name in its certificate.
    """

    address: str
    tls_name: str


def rescan(network: Any) -> None:
    """Let a `zeroconf.Zeroconf` use the interfaces that are up now; before 0.150 it cannot."""
    if hasattr(network, "update_interfaces"):
        network.update_interfaces()


def properties(tls_name: str, versions: Versions = OURS) -> dict[str, str]:
    """Return the properties of an announcement."""
    return {
        "tls_name": tls_name,
        "oldest": str(versions.oldest),
        "newest": str(versions.newest),
    }


def read_announcement(
    hosts: Sequence[str], port: int | None, said: Mapping[bytes, bytes | None]
) -> list[Announced]:
    """Return the addresses in an announcement.

    Args:
        hosts: IP addresses, as text.
        port: TCP port.
        said: the properties.

    Raises:
        WireError: a part is missing or out of bounds, or no protocol version is shared.
    """
    texts = {key: _text(said.get(key.encode())) for key in properties("")}
    if not _NAME.fullmatch(texts["tls_name"]):
        raise WireError(f"tls_name: {texts['tls_name'][:80]!r} is no name")
    if port is None or not 0 < port < 1 << 16:
        raise WireError(f"port: {port} is none")
    try:
        theirs = Versions(oldest=int(texts["oldest"]), newest=int(texts["newest"]))
    except ValueError as error:  # WireError is one
        raise WireError(f"protocol versions: {error}") from error
    meeting(OURS, theirs)
    return [Announced(_address(host, port), texts["tls_name"]) for host in hosts]


def _address(host: str, port: int) -> str:
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


def _text(value: bytes | None) -> str:
    return (value or b"").decode("ascii", errors="replace")
