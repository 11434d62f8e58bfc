"""A ROS domain for one run: replays on one machine or in one network must not interfere."""

from __future__ import annotations

import errno
import socket
from types import TracebackType
from typing import Final

HIGHEST: Final = 101
"""Above it, the ports of a domain overlap with the ephemeral ports of Linux."""

_PORT_BASE, _DOMAIN_GAIN, _FIRST_PARTICIPANT = 7400, 250, 10  # RTPS 2.2, section 9.6.1.1


class NoFreeDomain(OSError):  # noqa: N818 - reads as what it says
    """All domains are in use."""


class OwnDomain:
    """Context that claims an unused ROS domain.

    Claims of this project exclude each other through an abstract socket, which the kernel frees
    however the process ends. Other programs are detected by the port of their first participant.

    Example:
        with OwnDomain() as domain:
            environment |= domain.environment
    """

    def __init__(self) -> None:
        """Create the context; `__enter__` claims the domain."""
        self._claim: socket.socket | None = None
        self.id = -1

    @property
    def environment(self) -> dict[str, str]:
        """The variables that keep a process in this domain and on this machine."""
        return {"ROS_DOMAIN_ID": str(self.id), "ROS_AUTOMATIC_DISCOVERY_RANGE": "LOCALHOST"}

    def __enter__(self) -> OwnDomain:
        """Claim the highest free domain.

        Raises:
            NoFreeDomain: all domains are in use.
        """
        # Users choose low numbers, so begin with the highest.
        for candidate in range(HIGHEST, 0, -1):
            claim = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
            try:
                claim.bind(f"\0laecips-domain-{candidate}")
            except OSError as error:
                claim.close()
                if error.errno != errno.EADDRINUSE:
                    raise
                continue
            if is_in_use(candidate):
                claim.close()
                continue
            self._claim, self.id = claim, candidate
            return self
        raise NoFreeDomain(
            errno.EADDRINUSE,
            f"every ROS domain from 1 to {HIGHEST} is in use on this machine: end a replay first",
        )

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Free the claim."""
        if self._claim is not None:
            self._claim.close()


def is_in_use(domain: int) -> bool:
    """Return whether a participant of this domain runs on this machine."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.bind(("", _PORT_BASE + _DOMAIN_GAIN * domain + _FIRST_PARTICIPANT))
        except OSError:
            return True
    return False
