"""Finds gateways that announce themselves on the robot's network (`core/link/announced`).

Needs the package zeroconf, which is loaded only here.
"""

from __future__ import annotations

import importlib.util
import threading
from collections.abc import Callable, Sequence
from typing import Any, Final

from laecips_edge.core.link.announced import SERVICE, Announced, read_announcement
from laecips_edge.core.link.wire_error import WireError

MOST: Final = 8
"""Addresses that are tried; announcements beyond are not taken."""

_ASK_MS: Final = 3000


def can_discover() -> bool:
    """Return whether the package zeroconf is installed."""
    return importlib.util.find_spec("zeroconf") is not None


class Discovery:
    """Listens to announcements until it is closed.

    Args:
        on_change: called on a thread of its own with all announced gateways, each time they change.
        on_garbage: called with one line for each announcement that cannot be used.
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

        self._on_change = on_change
        self._on_garbage = on_garbage
        self._lock = threading.Lock()
        self._found: dict[str, list[Announced]] = {}
        choice: Any = list(interfaces) or zeroconf.InterfaceChoice.All
        self._zeroconf = zeroconf.Zeroconf(interfaces=choice)
        self._browser = zeroconf.ServiceBrowser(self._zeroconf, SERVICE, listener=self)

    def close(self) -> None:
        """Stop listening."""
        self._browser.cancel()
        self._zeroconf.close()

    def add_service(self, zeroconf: Any, kind: str, name: str) -> None:
        """Take an announcement; called by zeroconf."""
        info = zeroconf.get_service_info(kind, name, timeout=_ASK_MS)
        if info is None:
            return
        try:
            found = read_announcement(info.parsed_scoped_addresses(), info.port, info.properties)
        except WireError as error:
            self._on_garbage(f"announcement {name[:80]!r}: {error}")
            return
        self._take(name, found)

    def update_service(self, zeroconf: Any, kind: str, name: str) -> None:
        """Take a changed announcement; called by zeroconf."""
        self.add_service(zeroconf, kind, name)

    def remove_service(self, zeroconf: Any, kind: str, name: str) -> None:
        """Forget an announcement that was withdrawn or has expired; called by zeroconf."""
        self._take(name, [])

    def _take(self, name: str, found: list[Announced]) -> None:
        with self._lock:
            if found == self._found.get(name, []):
                return
            self._found.pop(name, None)
            if found:
                self._found[name] = found
            every = [each for gateway in self._found.values() for each in gateway]
        self._on_change(list(dict.fromkeys(every))[:MOST])
