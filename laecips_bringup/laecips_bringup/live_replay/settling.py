"""When is a replay over? The last picture has been played; what is still on its way?"""

from __future__ import annotations

# Two reports of the node that agree, this far apart, with nothing pending: nothing more will come.
_QUIET_NS = 1_500_000_000


class Settling:
    """Watches the edge node's status after the last picture.

    A picture that got lost on the way leaves no trace but silence, so a number of answers cannot be
    waited for; the node's own books say when it is done with what it received.
    """

    def __init__(self) -> None:
        """Nothing was reported yet."""
        self._received = -1
        self._quiet_since_ns: int | None = None
        self._last_ns = 0

    def add_status(self, *, received: int, pending: int, now_ns: int) -> None:
        """Takes a status: frames received and pending, and when it came (monotonic)."""
        if pending:
            self._quiet_since_ns = None
        elif self._quiet_since_ns is None or received != self._received:
            self._quiet_since_ns = now_ns
        self._received, self._last_ns = received, now_ns

    def is_quiet_since(self, moment_ns: int) -> bool:
        """Whether all is answered and nothing came in for a while after `moment_ns`."""
        if self._quiet_since_ns is None:
            return False
        return self._last_ns - max(self._quiet_since_ns, moment_ns) >= _QUIET_NS
