"""The gRPC server of a gateway."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any, Final

import grpc
from laecips_edge.core.certificates.certificate import Credentials
from laecips_edge.core.certificates.reloaded_credentials import ReloadedCredentials
from laecips_edge.core.link import protobuf
from laecips_edge.core.link.grpc_options import SERVER, is_loopback
from laecips_edge.core.link.protocol import OURS, Versions
from laecips_edge.core.link.wire_error import WireError

from laecips_cloud.gateway.admission import Admission, NotAdmittedError
from laecips_cloud.gateway.caller import PLAIN_TEXT, Caller, GoneError, WrongRobotError
from laecips_cloud.gateway.counters import GatewayCounters
from laecips_cloud.gateway.hard_frames import HardFrames
from laecips_cloud.gateway.models import Models
from laecips_cloud.gateway.reports import Reports
from laecips_cloud.gateway.teaching import TeachFrames

_Answer = Callable[[bytes, Caller], bytes]

WORKERS: Final = 32
CALLS: Final = 64
"""Threads that answer, and calls of all robots at a time; more are refused."""

STOP_S: Final = 1.0
_FOREVER_S: Final = 600.0


class GatewayServer:
    """A gRPC server that listens until it is stopped.

    Args:
        address: `HOST:PORT` to listen at; port 0 for any free port.
        credentials: the gateway's credentials, looked at for each new connection; None for plain
            text, only on this machine.
        admission: admission of robots by certificate.
        hard_frames: handler of hard frames.
        models: handler of model updates.
        teaching: handler of frames for teaching.
        reports: handler of reports on model updates.
        counters: counters, for calls refused before a handler.
        versions: supported protocol versions.
        on_refusal: called with one line for each refused call, on any thread.

    Raises:
        ValueError, OSError: the server cannot listen at the address; one line.
    """

    def __init__(
        self,
        address: str,
        credentials: ReloadedCredentials | None,
        *,
        admission: Admission,
        hard_frames: HardFrames,
        models: Models,
        teaching: TeachFrames,
        reports: Reports,
        counters: GatewayCounters,
        versions: Versions = OURS,
        on_refusal: Callable[[str], None] = lambda line: None,
    ) -> None:
        self._secure = credentials is not None
        self._admission = admission
        self._hard_frames = hard_frames
        self._models = models
        self._teaching = teaching
        self._reports = reports
        self._counters = counters
        self._versions = versions
        self._on_refusal = on_refusal
        self._server = grpc.server(
            ThreadPoolExecutor(WORKERS, thread_name_prefix="gateway"),
            options=list(SERVER),
            maximum_concurrent_rpcs=CALLS,
        )
        self._server.add_generic_rpc_handlers((self._handlers(),))
        self.port = self._listen(address, credentials)
        self._server.start()

    def stop(self) -> None:
        """Stop to listen; running calls get a grace period and are then cancelled."""
        self._server.stop(STOP_S).wait()

    def _listen(self, address: str, credentials: ReloadedCredentials | None) -> int:
        if credentials is None and not is_loopback(address):
            raise ValueError(
                f"address {address}: plain text is for this machine alone: listen at 127.0.0.1, or "
                "make certificates by `laecips certs`"
            )
        try:
            if credentials is None:
                port = self._server.add_insecure_port(address)
            else:
                port = self._server.add_secure_port(address, _renewed(credentials))
        except RuntimeError as error:
            raise OSError(_TAKEN.format(address)) from error
        if not port:  # the return value of older versions of gRPC on failure
            raise OSError(_TAKEN.format(address))
        return int(port)

    def _handlers(self) -> Any:
        # Without (de)serializers the messages are bytes: sizes are checked before decoding.
        calls: dict[str, _Answer] = {
            "Greet": self._greet,
            "SegmentHardFrame": self._hard_frames.answer,
            "GetModel": self._models.piece,
            "GetModelUpdate": self._models.update,
            "TeachFrame": self._teaching.piece,
            "ReportModel": self._reports.receive,
        }
        return grpc.method_handlers_generic_handler(
            protobuf.SERVICE.strip("/"),
            {
                name: grpc.unary_unary_rpc_method_handler(partial(self._call, answer))
                for name, answer in calls.items()
            },
        )

    def _greet(self, data: bytes, caller: Caller) -> bytes:
        protobuf.decode_greeting(data)
        self._counters.add(caller.robot or PLAIN_TEXT, greetings=1)
        return protobuf.encode_greeting(self._versions)

    def _call(self, answer: _Answer, data: bytes, context: Any) -> bytes:
        caller = self._admit(context)
        self._counters.hear(caller.robot or PLAIN_TEXT, context.peer())
        try:
            return answer(data, caller)
        except WireError as error:
            self._refuse(caller, grpc.StatusCode.INVALID_ARGUMENT, str(error), "bad_requests")
        except WrongRobotError as error:
            self._refuse(caller, grpc.StatusCode.PERMISSION_DENIED, str(error), "wrong_robot")
        except GoneError:
            context.abort(grpc.StatusCode.DEADLINE_EXCEEDED, "nobody waits any more")
        raise AssertionError("a call that is refused is aborted")

    def _admit(self, context: Any) -> _Caller:
        if not self._secure:
            return _Caller(context, "")
        try:
            (pem,) = context.auth_context().get("x509_pem_cert", (b"",))
            return _Caller(context, self._admission.robot(pem))
        except NotAdmittedError as error:
            self._refuse(
                _Caller(context, ""),
                grpc.StatusCode.UNAUTHENTICATED,
                str(error),
                "not_admitted",
            )
            raise

    def _refuse(self, caller: _Caller, code: Any, line: str, counted: str) -> None:
        """Count, report and end a call; does not return."""
        self._counters.add(caller.robot or PLAIN_TEXT, **{counted: 1})
        self._on_refusal(f"{caller.robot or 'a caller'} refused: {line}")
        caller.context.abort(code, line)


def _renewed(credentials: ReloadedCredentials) -> Any:
    """Return credentials of a server that follow the files: gRPC asks at each handshake."""
    return grpc.dynamic_ssl_server_credentials(
        _configuration(credentials.current()),
        configuration_if_changed(credentials),
        require_client_authentication=True,
    )


def configuration_if_changed(credentials: ReloadedCredentials) -> Callable[[], Any]:
    """Return a function that gives gRPC the certificates if they changed since it asked last.

    It gives None otherwise: gRPC 1.85 replaces a configuration without a lock, and handshakes that
    run side by side (fifty connections that a stranger opens) then abort the whole process.
    """
    lock = threading.Lock()
    last = credentials.current()

    def changed() -> Any:
        nonlocal last
        now = credentials.current()
        with lock:
            if now == last:
                return None
            last = now
        return _configuration(now)

    return changed


def _configuration(now: Credentials) -> Any:
    return grpc.ssl_server_certificate_configuration(
        [(now.key, now.certificate)], root_certificates=now.authority
    )


_TAKEN: Final = "cannot listen at {}: is another gateway there, or is it not of this machine?"


class _Caller:
    """The remote caller of a gRPC call."""

    def __init__(self, context: Any, robot: str) -> None:
        self.context = context
        self.robot = robot

    def seconds_left(self) -> float:
        """See `Caller`."""
        if not self.context.is_active():
            return 0.0
        left = self.context.time_remaining()
        return _FOREVER_S if left is None else float(left)

    def on_end(self, listener: Callable[[], None]) -> None:
        """See `Caller`."""
        if not self.context.add_callback(listener):
            listener()
