"""An authority, a gateway and robots on loopback, in this process; and what they ask."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import grpc
from laecips_cloud.gateway.admission import Admission
from laecips_cloud.gateway.counters import GatewayCounters
from laecips_cloud.gateway.hard_frames import HardFrames
from laecips_cloud.gateway.models import Models
from laecips_cloud.gateway.quotas import Limits, Quotas
from laecips_cloud.gateway.reports import Reports
from laecips_cloud.gateway.server import GatewayServer
from laecips_cloud.gateway.teaching import TeachFrames
from laecips_edge.bridge.grpc_client import GrpcTransport
from laecips_edge.bridge.link import Link
from laecips_edge.core.certificates.authority import Authority
from laecips_edge.core.certificates.certificate import Credentials, load_credentials, utc_now
from laecips_edge.core.certificates.reloaded_credentials import ReloadedCredentials
from laecips_edge.core.certificates.revocation import RevocationList
from laecips_edge.core.link import protobuf
from laecips_edge.core.link.hard_frame import AnswerStatus, HardFrameAnswer, HardFrameRequest
from laecips_edge.core.link.transport import Call
from processes import until

UNBOUNDED = Limits(frames_per_minute=0, bytes_per_minute=0, in_flight=8)
OK = HardFrameAnswer(status=AnswerStatus.OK, label_map=b"map")


def request(**fields: Any) -> HardFrameRequest:
    values: dict[str, Any] = {
        "request_id": "r1/7",
        "robot": "r1",
        "stamp_ns": 5,
        "picture": b"p",
        "picture_format": "jpeg",
        "depth": b"",
        "bundle_version": 1,
        "classes_hash": "c",
        "why": "hard",
        "trust": 0.5,
        "scores": b"",
    }
    return HardFrameRequest(**(values | fields))


class Silent:
    """A cloud that never answers."""

    present = True
    cancelled = 0

    def ask(self, request: HardFrameRequest, on_answer: Callable[[HardFrameAnswer], None]) -> Call:
        return self

    def cancel(self) -> None:
        self.cancelled += 1


class Site:
    """An authority, a gateway and robots."""

    def __init__(self, folder: Path) -> None:
        self.authority = Authority.create(folder, utc_now())
        self.folder = self.authority.issue("gateway", "localhost", utc_now(), also=["127.0.0.1"])
        self.robot = self.issue("r1")
        self.refusals: list[str] = []
        self.counters = GatewayCounters()

    def issue(self, name: str, **options: Any) -> Credentials:
        folder = self.authority.issue("robot", name, utc_now(), **options)
        return load_credentials(folder, "robot")

    @contextmanager
    def gateway(
        self,
        transport: Any,
        *,
        address: str = "127.0.0.1:0",
        limits: Limits = UNBOUNDED,
        secure: bool = True,
        **options: Any,
    ) -> Iterator[str]:
        credentials = ReloadedCredentials(self.folder, "gateway")
        server = GatewayServer(
            address,
            credentials if secure else None,
            admission=Admission(
                RevocationList(self.folder / "revoked.crl", self.robot.authority),
                **options.pop("admission", {}),
            ),
            hard_frames=HardFrames(transport, quotas=Quotas(limits), counters=self.counters),
            models=Models(options.pop("files", Silent()), counters=self.counters),
            teaching=TeachFrames(transport, limits=limits, counters=self.counters),
            reports=Reports(options.pop("publish", lambda report: True), counters=self.counters),
            counters=self.counters,
            on_refusal=self.refusals.append,
            **options,
        )
        try:
            yield f"127.0.0.1:{server.port}"
        finally:
            server.stop()


@contextmanager
def bridge(address: str, credentials: Credentials | None, **options: Any) -> Iterator[Any]:
    link = Link(address, credentials, **options)
    try:
        yield link, GrpcTransport(link)
    finally:
        link.close()


def answer(transport: GrpcTransport, asked: HardFrameRequest) -> HardFrameAnswer:
    heard: list[HardFrameAnswer] = []
    transport.ask(asked, heard.append)
    return until(lambda: heard[0] if heard else None, what="an answer")


@contextmanager
def strange_gateway(
    credentials: Credentials, **calls: Callable[[bytes, Any], bytes]
) -> Iterator[str]:
    """A gateway that answers calls, by name, as a test wants it to; without a bound on sizes."""
    server = grpc.server(ThreadPoolExecutor(2), options=[("grpc.max_send_message_length", -1)])
    handlers = {name: grpc.unary_unary_rpc_method_handler(call) for name, call in calls.items()}
    service = protobuf.SERVICE.strip("/")
    server.add_generic_rpc_handlers((grpc.method_handlers_generic_handler(service, handlers),))
    port = server.add_secure_port(
        "127.0.0.1:0",
        grpc.ssl_server_credentials(
            [(credentials.key, credentials.certificate)],
            credentials.authority,
            require_client_auth=True,
        ),
    )
    server.start()
    try:
        yield f"127.0.0.1:{port}"
    finally:
        server.stop(0).wait()
