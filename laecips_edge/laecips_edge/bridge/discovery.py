"""Finds gateways that announce themselves on the robot's network (`core/link/announced`).

Needs the package zeroconf, which is loaded only here.
"""

from __future__ import annotations

import importlib.util
from collections.abc import Callable, Sequence
from itertools import chain, zip_longest
from typing import Any, Final

from laecips_edge.core.link.announced import SERVICE, Announced, read_announcement, rescan
from laecips_edge.core.link.wire_error import WireError

MOST: Final = 8
"""Addresses that are tried; the first of each announcement, then the second ones, and so on."""

KEPT: Final = 64
"""Announcements that are kept; those beyond are not taken."""

_ASK_MS: Final = 3000
_QUERY, _POINTER, _INTERNET = 0, 12, 1  # RFC 1035


def can_discover() -> bool:
    """Return whether the package zeroconf is installed."""
    return importlib.util.find_spec("zeroconf") is not None


class Discovery:
    """Listens to announcements until it is closed.

    Args:
        on_change: called on a thread of its own with all announced gateways, each time they change.
        on_garbage: called with one line for each announcement that cannot be used, and for what the
            network refuses later.
        interfaces: IP addresses of the network interfaces to listen at; empty: all.

    Raises:
        OSError: the network does not let it listen.
    """

    def __init__(
        self,
        on_change: Callable[[list[Announced]], None],
        *,
        on_garbage: Callable[[str], None] = lambda line: None,
        interfaces: Sequence[str] = (),
    ) -> None:
        import zeroconf  # noqa: PLC0415 (optional)

        self._on_garbage = on_garbage
        heard = Announcements(on_change, on_garbage=on_garbage)
        choice: Any = list(interfaces) or zeroconf.InterfaceChoice.All
        self._zeroconf = zeroconf.Zeroconf(interfaces=choice)
        self._browser = zeroconf.ServiceBrowser(self._zeroconf, SERVICE, listener=heard)

    def review(self) -> None:
        """Listen at new interfaces too, and ask again; call it while no gateway can be reached.

        zeroconf of itself listens at the addresses that this machine has at the start, and asks in
        the first seconds alone: a robot is often on before its network.
        """
        try:
            rescan(self._zeroconf)
        except (_zeroconf_error(), OSError, RuntimeError) as error:
            self._on_garbage(f"network: {_printable(repr(error))}")
        self._zeroconf.send(_question())

    def close(self) -> None:
        """Stop listening."""
        self._browser.cancel()
        self._zeroconf.close()


class Announcements:
    """The announcements that hold now; zeroconf calls it on one thread, which an error would end.

    Args:
        on_change: called with all announced gateways, each time they change.
        on_garbage: called with one line for each announcement that cannot be used.
    """

    def __init__(
        self,
        on_change: Callable[[list[Announced]], None],
        *,
        on_garbage: Callable[[str], None] = lambda line: None,
    ) -> None:
        self._on_change = on_change
        self._on_garbage = on_garbage
        self._found: dict[str, list[Announced]] = {}

    def add_service(self, zeroconf: Any, kind: str, name: str) -> None:
        """Take an announcement."""
        try:
            info = zeroconf.get_service_info(kind, name, timeout=_ASK_MS)
            if info is None:
                return
            found = read_announcement(info.parsed_scoped_addresses(), info.port, info.properties)
        except (WireError, _zeroconf_error()) as error:
            self._on_garbage(f"announcement {_printable(name)}: {_printable(str(error))}")
            return
        self._take(name, found)

    def update_service(self, zeroconf: Any, kind: str, name: str) -> None:
        """Take a changed announcement."""
        self.add_service(zeroconf, kind, name)

    def remove_service(self, zeroconf: Any, kind: str, name: str) -> None:
        """Forget an announcement that was withdrawn or has expired."""
        self._take(name, [])

    def _take(self, name: str, found: list[Announced]) -> None:
        if found == self._found.get(name, []):
            return
        self._found.pop(name, None)
        if found and len(self._found) < KEPT:
            self._found[name] = found
        # Each in turn: an announcement of many addresses takes the room of no other.
        in_turn = chain.from_iterable(zip_longest(*self._found.values()))
        every = dict.fromkeys(each for each in in_turn if each is not None)
        self._on_change(list(every)[:MOST])


def _printable(text: str) -> str:
    """Return a text of the network for the log; zeroconf quotes names as they came."""
    return "".join(each if each.isprintable() else "?" for each in text[:150])


def _question() -> Any:
    """Return the packet that asks for announcements."""
    import zeroconf  # noqa: PLC0415 (optional)

    packet = zeroconf.DNSOutgoing(_QUERY)
    packet.add_question(zeroconf.DNSQuestion(SERVICE, _POINTER, _INTERNET))
    return packet


def _zeroconf_error() -> type[Exception]:
    """Return what zeroconf raises for a name that is none."""
    import zeroconf  # noqa: PLC0415 (optional)

    return zeroconf.Error
