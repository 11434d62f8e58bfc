"""Bridge and gateway over real connections on loopback: who gets in, and what happens to calls."""

import socket
import ssl
import threading
import time
from datetime import timedelta
from pathlib import Path
from typing import Any

import grpc
import pytest
from bridge_site import OK, Silent, Site, answer, bridge, request, strange_gateway
from laecips_cloud.gateway.counters import GatewayCounters
from laecips_cloud.gateway.quotas import Limits
from laecips_cloud.gateway.server import configuration_if_changed
from laecips_edge.bridge.link import Link
from laecips_edge.core.certificates.authority import Authority
from laecips_edge.core.certificates.certificate import Credentials, load_credentials, utc_now
from laecips_edge.core.certificates.reloaded_credentials import ReloadedCredentials
from laecips_edge.core.link import protobuf
from laecips_edge.core.link.grpc_options import CLIENT
from laecips_edge.core.link.hard_frame import AnswerStatus, HardFrameAnswer, HardFrameRequest
from laecips_edge.core.link.protocol import Versions
from laecips_edge.core.link.transport import InProcessTransport
from processes import until


@pytest.fixture(scope="module")
def ready_site(tmp_path_factory: pytest.TempPathFactory) -> Site:
    return Site(tmp_path_factory.mktemp("site") / "ca")


@pytest.fixture
def site(ready_site: Site) -> Site:
    ready_site.refusals.clear()
    ready_site.counters = GatewayCounters()
    return ready_site


def echo(asked: HardFrameRequest) -> HardFrameAnswer:
    return HardFrameAnswer(status=AnswerStatus.OK, label_map=asked.picture)


def test_a_frame_there_and_back(site: Site) -> None:
    picture = bytes(range(256)) * 400
    with (
        site.gateway(InProcessTransport(echo)) as address,
        bridge(address, site.robot) as (link, transport),
    ):
        until(lambda: transport.present)
        assert answer(transport, request(picture=picture)).label_map == picture
        assert link.round_trip_ms.value > 0
        assert transport.round_trip_ms.value > 0
        assert transport.bytes_per_s.value > 0
        counts = transport.counts()
        assert (counts["sent"], counts["answered"], counts["failed"]) == (1, 1, 0)
        assert counts["bytes_up"] > len(picture) < counts["bytes_down"]


def test_it_comes_back_when_the_gateway_does(site: Site) -> None:
    changes: list[str] = []
    with site.gateway(InProcessTransport(echo)) as address:
        pass
    with bridge(address, site.robot, on_change=changes.append) as (_, transport):
        until(lambda: changes)
        assert not transport.present
        for _ in range(2):
            with site.gateway(InProcessTransport(echo), address=address):
                until(lambda: transport.present)
                assert answer(transport, request()).status is AnswerStatus.OK
            gone = answer(transport, request())
            assert gone.status is AnswerStatus.UNAVAILABLE
            until(lambda: not transport.present)
    assert "UNAVAILABLE" in changes[0]


def test_a_cancelled_call_is_cancelled_over_there(site: Site) -> None:
    silent = Silent()
    with (
        site.gateway(silent) as address,
        bridge(address, site.robot) as (_, transport),
    ):
        until(lambda: transport.present)
        heard: list[HardFrameAnswer] = []
        call = transport.ask(request(deadline_s=60.0), heard.append)
        until(lambda: site.counters.counts()["bytes_up"])
        call.cancel()
        until(lambda: silent.cancelled)
        assert heard == []


def test_the_deadline_ends_a_call_on_both_sides(site: Site) -> None:
    silent = Silent()
    with (
        site.gateway(silent) as address,
        bridge(address, site.robot) as (_, transport),
    ):
        until(lambda: transport.present)
        assert answer(transport, request(deadline_s=0.2)).message.startswith("DEADLINE_EXCEEDED")
        until(lambda: silent.cancelled)


@pytest.fixture
def foreign(tmp_path: Path) -> Credentials:
    authority = Authority.create(tmp_path / "foreign", utc_now())
    return load_credentials(authority.issue("robot", "r1", utc_now()), "robot")


@pytest.fixture
def gateways_own(site: Site) -> Credentials:
    return load_credentials(site.folder, "gateway")


def mixed(one: Credentials, authority: bytes) -> Credentials:
    return Credentials(authority=authority, certificate=one.certificate, key=one.key, own=one.own)


def test_who_does_not_get_in(site: Site, foreign: Credentials, gateways_own: Credentials) -> None:
    """Foreign, expired, and gateways' certificates end in the handshake."""
    expired = site.issue(f"old{time.monotonic_ns()}", days=-1)
    asked: list[Any] = []
    with site.gateway(InProcessTransport(asked.append)) as address:
        for bad in (mixed(foreign, site.robot.authority), foreign, expired, gateways_own):
            with bridge(address, bad) as (link, transport):
                until(lambda link=link: "UNAVAILABLE" in link.trouble, what=bad.own.name)
                assert answer(transport, request()).status is AnswerStatus.UNAVAILABLE
        with pytest.raises(grpc.RpcError), grpc.insecure_channel(address) as channel:
            channel.unary_unary(protobuf.method("SegmentHardFrame"))(b"", timeout=5)
        # Without a certificate, but believing the authority.
        only_root = grpc.ssl_channel_credentials(root_certificates=site.robot.authority)
        with pytest.raises(grpc.RpcError), grpc.secure_channel(address, only_root) as channel:
            channel.unary_unary(protobuf.method("SegmentHardFrame"))(b"", timeout=5)
    assert asked == []


def test_a_gateway_with_a_robots_certificate_is_not_believed(site: Site) -> None:
    thief = site.issue(f"thief{time.monotonic_ns()}")
    with (
        strange_gateway(thief) as address,
        bridge(address, site.robot, tls_name=thief.own.name) as (link, _),
    ):
        until(lambda: "UNAVAILABLE" in link.trouble)


def test_a_revocation_ends_a_connection_that_stands(site: Site) -> None:
    name = f"thief{time.monotonic_ns()}"
    credentials = site.issue(name)
    with (
        site.gateway(InProcessTransport(echo)) as address,
        bridge(address, credentials) as (link, transport),
    ):
        until(lambda: transport.present)
        site.authority.revoke(name, utc_now())
        refused = answer(transport, request(robot=name))
        assert refused.message == f"UNAUTHENTICATED: certificate of {name}: revoked"
        until(lambda: not transport.present)
        assert "revoked" in link.trouble
    assert site.counters.counts()["not_admitted"] >= 2


def test_a_certificate_that_expires_meanwhile(site: Site) -> None:
    later = {"now": lambda: utc_now() + timedelta(days=400)}
    with (
        site.gateway(InProcessTransport(echo), admission=later) as address,
        bridge(address, site.robot) as (link, _),
    ):
        until(lambda: "expired" in link.trouble)


def test_another_robots_name(site: Site) -> None:
    with (
        site.gateway(InProcessTransport(echo)) as address,
        bridge(address, site.robot) as (_, transport),
    ):
        until(lambda: transport.present)
        refused = answer(transport, request(robot="r2"))
        assert refused.status is AnswerStatus.UNAVAILABLE
        assert "PERMISSION_DENIED: the certificate is of robot r1" in refused.message
        assert transport.present  # the link is well
    assert "refused: the certificate is of robot r1" in site.refusals[0]


@pytest.mark.parametrize(
    ("data", "code"), [(b"junk", "INVALID_ARGUMENT"), (b"", "INVALID_ARGUMENT")]
)
def test_garbage(site: Site, data: bytes, code: str) -> None:
    with (
        site.gateway(InProcessTransport(echo)) as address,
        bridge(address, site.robot) as (link, transport),
    ):
        until(lambda: transport.present)
        with pytest.raises(grpc.RpcError) as caught:
            link.channel.unary_unary(protobuf.method("SegmentHardFrame"))(data, timeout=5)
        assert caught.value.code().name == code
        assert answer(transport, request()).status is AnswerStatus.OK


def test_a_message_that_is_too_large(site: Site) -> None:
    unbounded = [option for option in CLIENT if option[0] != "grpc.max_send_message_length"]
    credentials = grpc.ssl_channel_credentials(
        site.robot.authority, site.robot.key, site.robot.certificate
    )
    with (
        site.gateway(InProcessTransport(echo)) as address,
        grpc.secure_channel(address, credentials, options=unbounded) as channel,
        bridge(address, site.robot) as (_, transport),
    ):
        with pytest.raises(grpc.RpcError) as caught:
            channel.unary_unary(protobuf.method("SegmentHardFrame"))(
                bytes(protobuf.MAX_REQUEST + 1), timeout=20
            )
        assert caught.value.code() is grpc.StatusCode.RESOURCE_EXHAUSTED
        until(lambda: transport.present)
        assert answer(transport, request()).status is AnswerStatus.OK
    assert site.counters.counts()["bytes_up"] < protobuf.MAX_REQUEST


def test_garbage_and_too_much_from_the_gateway(site: Site) -> None:
    replies = [b"junk", bytes(protobuf.MAX_ANSWER + 1)]
    with (
        strange_gateway(
            load_credentials(site.folder, "gateway"),
            Greet=lambda data, context: protobuf.encode_greeting(),
            SegmentHardFrame=lambda data, context: replies.pop(0),
        ) as address,
        bridge(address, site.robot) as (_, transport),
    ):
        until(lambda: transport.present)
        for line in ("HardFrameAnswer: not such a message", "RESOURCE_EXHAUSTED: "):
            refused = answer(transport, request())
            assert refused.status is AnswerStatus.UNAVAILABLE
            assert refused.message.startswith(line)
        assert transport.counts()["failed"] == 2


@pytest.mark.parametrize(
    ("gateways", "robots", "line"),
    [
        (Versions(oldest=2, newest=3), Versions(oldest=1, newest=1), "update this side"),
        (Versions(oldest=1, newest=1), Versions(oldest=2, newest=3), "update the other side"),
    ],
)
def test_versions_that_do_not_meet(
    site: Site, gateways: Versions, robots: Versions, line: str
) -> None:
    with (
        site.gateway(InProcessTransport(echo), versions=gateways) as address,
        bridge(address, site.robot, versions=robots) as (link, transport),
    ):
        until(lambda: line in link.trouble)
        assert not transport.present


def test_a_quota(site: Site) -> None:
    limits = Limits(frames_per_minute=1, bytes_per_minute=0, in_flight=8)
    with (
        site.gateway(InProcessTransport(echo), limits=limits) as address,
        bridge(address, site.robot) as (_, transport),
    ):
        until(lambda: transport.present)
        assert answer(transport, request()).status is AnswerStatus.OK
        refused = answer(transport, request())
        assert refused.status is AnswerStatus.UNAVAILABLE
        assert "robot r1 has sent its 1 frames a minute: wait " in refused.message


def test_a_hostile_robot_does_not_keep_another_out(site: Site) -> None:
    """It floods, and leaves half-open connections."""
    other = site.issue(f"r{time.monotonic_ns()}")
    limits = Limits(frames_per_minute=0, bytes_per_minute=0, in_flight=2)
    gate = threading.Event()

    def slow(asked: HardFrameRequest) -> HardFrameAnswer:
        if asked.robot == "r1":
            gate.wait(60)
        return OK

    with (
        site.gateway(InProcessTransport(slow), limits=limits) as address,
        bridge(address, site.robot) as (_, hostile),
        bridge(address, other) as (_, good),
    ):
        host, port = address.split(":")
        half_open = [socket.create_connection((host, int(port))) for _ in range(50)]
        try:
            until(lambda: hostile.present and good.present)
            heard: list[HardFrameAnswer] = []
            for _ in range(200):
                hostile.ask(request(picture=bytes(10_000)), heard.append)
            assert answer(good, request(robot=other.own.name)) == OK
            until(lambda: len(heard) == 198)
            assert {each.status for each in heard} == {AnswerStatus.UNAVAILABLE}
        finally:
            gate.set()
            for each in half_open:
                each.close()


def test_half_open_connections_of_a_stranger_do_not_end_the_gateway(site: Site) -> None:
    with site.gateway(InProcessTransport(echo)) as address:
        host, port = address.split(":")
        for _ in range(40):
            half_open = [socket.create_connection((host, int(port))) for _ in range(50)]
            for each in half_open:
                each.close()
        with bridge(address, site.robot) as (_, transport):
            until(lambda: transport.present)
            assert answer(transport, request()).status is AnswerStatus.OK


def test_grpc_is_given_certificates_once(site: Site) -> None:
    changed = configuration_if_changed(ReloadedCredentials(site.folder, "gateway"))
    assert changed() is None
    site.authority.renew("localhost", utc_now())
    assert isinstance(changed(), grpc.ServerCertificateConfiguration)
    assert changed() is None


def test_plain_text_is_for_this_machine_alone(site: Site) -> None:
    with (
        site.gateway(InProcessTransport(echo), secure=False) as address,
        bridge(address, None) as (_, transport),
    ):
        until(lambda: transport.present)
        assert answer(transport, request(robot="anybody")).status is AnswerStatus.OK
    with pytest.raises(ValueError, match="plain text is for this machine alone"):
        site.gateway(InProcessTransport(echo), secure=False, address="0.0.0.0:0").__enter__()
    with pytest.raises(ValueError, match="plain text goes to this machine alone"):
        Link("192.0.2.1:1", None)


def test_a_port_that_is_taken(site: Site) -> None:
    with (
        site.gateway(InProcessTransport(echo)) as address,
        pytest.raises(OSError, match=f"cannot listen at {address}"),
    ):
        site.gateway(InProcessTransport(echo), address=address).__enter__()


def test_a_renewed_certificate_is_taken_by_new_connections(site: Site) -> None:
    def shown(address: str) -> bytes:
        host, port = address.split(":")
        return ssl.get_server_certificate((host, int(port)), timeout=20).encode()

    with (
        site.gateway(InProcessTransport(echo)) as address,
        bridge(address, site.robot) as (_, transport),
    ):
        until(lambda: transport.present)
        before = shown(address)
        site.authority.renew("localhost", utc_now())
        after = shown(address)
        assert before != after == (site.folder / "own.crt").read_bytes()
        assert answer(transport, request()).status is AnswerStatus.OK  # over the old connection
        with bridge(address, site.robot) as (_, new):
            until(lambda: new.present)


def test_a_robot_whose_clock_is_slow(site: Site) -> None:
    """For it the gateway's new certificate is not valid yet."""
    ahead = site.authority.issue("gateway", "127.0.0.1", utc_now() + timedelta(days=30))
    with (
        strange_gateway(load_credentials(ahead, "gateway")) as address,
        bridge(address, site.robot) as (link, transport),
    ):
        until(lambda: "UNAVAILABLE" in link.trouble)
        assert answer(transport, request()).status is AnswerStatus.UNAVAILABLE
