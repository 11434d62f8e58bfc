"""The two connections to a gateway: keep them open, and watch whether the gateway can be asked.

Hard frames have one, everything else the other: gRPC has no priorities inside one connection.
A thread greets the gateway. If the greeting is answered, the gateway runs, shares a protocol
version with this robot, and admits this robot.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Any, Final

import grpc

from laecips_edge.core.certificates.certificate import Credentials
from laecips_edge.core.frame.counters import RecentMedian
from laecips_edge.core.link import protobuf
from laecips_edge.core.link.grpc_options import CLIENT, is_loopback
from laecips_edge.core.link.protocol import OURS, Versions, meeting
from laecips_edge.core.link.wire_error import WireError

PULSE_S: Final = 2.0
RETRY_S: Final = 0.5
PATIENCE_S: Final = 5.0
"""Seconds between greetings while the gateway is there, while it is not, and until one is lost."""


class Link:
    """The connections to a gateway, `channel` for hard frames and `bulk`. Thread-safe.

    Args:
        address: `HOST:PORT` of the gateway.
        credentials: the robot's credentials; None for plain text, only to this machine.
        tls_name: name in the gateway's certificate if it differs from the address's host.
        versions: supported protocol versions.
        on_change: called at each change, on any thread, with "" or why the gateway cannot be asked.
        clock: monotonic seconds.

    Raises:
        ValueError: plain text to another machine is refused.
    """

    def __init__(
        self,
        address: str,
        credentials: Credentials | None,
        *,
        tls_name: str = "",
        versions: Versions = OURS,
        on_change: Callable[[str], None] = lambda trouble: None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.round_trip_ms = RecentMedian(10)
        """Of greetings: next to nothing is sent, so it is the link's own."""
        self.address = address
        self.channel = _channel(address, credentials, tls_name)
        self.bulk = _channel(address, credentials, tls_name)
        self._greet: Any = self.channel.unary_unary(protobuf.method("Greet"))
        self._versions = versions
        self._on_change = on_change
        self._clock = clock
        self._lock = threading.Lock()
        self._trouble = "not connected yet"
        self._alive_s = 0.0
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._watch, name="bridge link")
        self._thread.start()

    @property
    def present(self) -> bool:
        """Whether the gateway answered last time."""
        return not self._trouble

    @property
    def trouble(self) -> str:
        """Why the gateway cannot be asked, one line; empty if it can."""
        return self._trouble

    def heard(self) -> None:
        """Record that an answer has arrived: no greeting is needed for a while."""
        with self._lock:
            self._alive_s = self._clock()

    def lost(self, trouble: str) -> None:
        """Record that a call could not reach the gateway."""
        self._tell(trouble)

    def close(self) -> None:
        """Cancel all calls and close both connections."""
        self._stopping.set()
        self.channel.close()
        self.bulk.close()
        self._thread.join()

    def _watch(self) -> None:
        greeting = protobuf.encode_greeting(self._versions)
        while not self._stopping.is_set():
            connected = self.present
            if not connected or self._clock() - self._alive_s >= PULSE_S:
                self._greet_once(greeting)
            if self.present and not connected:
                self._greet_once(greeting)  # again, for the round trip: the first one connected
            self._stopping.wait(PULSE_S / 2 if self.present else RETRY_S)

    def _greet_once(self, greeting: bytes) -> None:
        started, connected = self._clock(), self.present
        try:
            answer = self._greet(greeting, timeout=PATIENCE_S)
            meeting(self._versions, protobuf.decode_greeting(answer))
        except grpc.RpcError as error:
            if self._alive_s < started:  # else frames were answered meanwhile: it is only busy
                self._tell(describe(error))
        except WireError as error:
            self._tell(str(error))
        except ValueError as error:  # the channel is closed
            self._tell(str(error))
        else:
            if connected:
                self.round_trip_ms.add(1e3 * (self._clock() - started))
            self.heard()
            self._tell("")

    def _tell(self, trouble: str) -> None:
        with self._lock:
            changed = trouble != self._trouble
            self._trouble = trouble
        if changed and not self._stopping.is_set():
            self._on_change(trouble)


def describe(error: Any) -> str:
    """Return the error of a call, one line."""
    details = " ".join(str(error.details() or "").split())
    return f"{error.code().name}: {details[:300]}" if details else str(error.code().name)


def _channel(address: str, credentials: Credentials | None, tls_name: str) -> Any:
    if credentials is None:
        if not is_loopback(address):
            raise ValueError(
                f"address {address}: plain text goes to this machine alone: make certificates by "
                "`laecips certs`, or take 127.0.0.1"
            )
        return grpc.insecure_channel(address, options=list(CLIENT))
    name = (("grpc.ssl_target_name_override", tls_name),) if tls_name else ()
    return grpc.secure_channel(
        address,
        grpc.ssl_channel_credentials(
            root_certificates=credentials.authority,
            private_key=credentials.key,
            certificate_chain=credentials.certificate,
        ),
        options=[*CLIENT, *name],
    )
