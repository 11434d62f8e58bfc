"""Detects the end of a replay: all pictures have been played and answered."""

from __future__ import annotations

# Two equal reports of the node this far apart, with nothing pending, mean that nothing follows.
_QUIET_NS = 1_500_000_000


class Settling:
    """Watch over the edge node's status after the last picture.

    A lost picture leaves no trace, so the runner cannot wait for a number of answers. The edge
    node's own counters tell when it has answered everything that it received.
    """

    def __init__(self) -> None:
        """Create the watch, without any report yet."""
        self._received = -1
        self._quiet_since_ns: int | None = None
        self._last_ns = 0

    def add_status(self, *, received: int, pending: int, now_ns: int) -> None:
        """Add a status: frames received and pending, and its receipt time (monotonic)."""
        if pending:
            self._quiet_since_ns = None
        elif self._quiet_since_ns is None or received != self._received:
            self._quiet_since_ns = now_ns
        self._received, self._last_ns = received, now_ns

    def is_quiet_since(self, moment_ns: int) -> bool:
        """Return whether all is answered and no frame came for a while after `moment_ns`."""
        if self._quiet_since_ns is None:
            return False
        return self._last_ns - max(self._quiet_since_ns, moment_ns) >= _QUIET_NS
