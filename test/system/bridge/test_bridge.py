"""Robot and cloud with a bridge and a gateway between: real nodes, two ROS domains, mutual TLS."""

import signal
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import grpc
import pytest
from bridge_nodes import (
    BRIDGE,
    GATEWAY,
    PATIENT_S,
    Gateway,
    bridge_process,
    bridged_robot,
    diagnosis,
    free_address,
    picture,
    reached,
)
from bridge_site import Site, bridge
from cloud_robot import Asker, cloud_process
from diagnostic_msgs.msg import DiagnosticArray, DiagnosticStatus
from edge_robot import Cloud, Robot
from laecips_edge.core.bundle.bundle import Bundle
from laecips_edge.core.certificates.certificate import utc_now
from laecips_edge.core.image import image_messages
from laecips_edge.core.link import model_protobuf, protobuf, wire
from laecips_edge.core.signing.key_files import KEY_FILE, TRAINER, make_signing_key
from laecips_edge.core.signing.signing_key import SigningKey
from laecips_edge.ros import qos
from made_bundles import nudged, variant
from model_server import ModelServer
from processes import Peer, RosProcess, claim_domain, until

from laecips_msgs.msg import ModelReport, Segmentation
from laecips_msgs.srv import SegmentHardFrame

pytestmark = pytest.mark.system

JPEG_QUALITY = 90
ADDRESS = {"addresses": '["192.0.2.1:1"]'}


@pytest.fixture(scope="module")
def address() -> str:
    return free_address()


@pytest.fixture(scope="module")
def ready_gateway(
    site: Site, cloud_peer: Peer, cloud_domain: int, address: str
) -> Iterator[Gateway]:
    """Not started: the first test is without one."""
    gateway = Gateway(site, cloud_peer, cloud_domain, address)
    yield gateway
    gateway.stop()


@pytest.fixture(scope="module")
def robot(
    domain: int,
    peer: Peer,
    site: Site,
    address: str,
    tiny_bundle: Bundle,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Robot]:
    """An edge node that finds every frame hard, and a bridge."""
    store = tmp_path_factory.mktemp("models")
    make_signing_key(site.folder.parent)
    with bridged_robot(peer, domain, site, address, bundle=tiny_bundle, store=store) as robot:
        yield robot


@pytest.fixture
def cloud(cloud_domain: int) -> Iterator[Cloud]:
    """A service of the test in the place of the cloud node."""
    with Cloud(cloud_domain) as it:
        yield it


@pytest.fixture(scope="module")
def diagnostics(peer: Peer) -> list[DiagnosticArray]:
    return peer.subscribe(DiagnosticArray, "/diagnostics")


def test_no_cloud_at_the_start(
    robot: Robot, site: Site, peer: Peer, diagnostics: list[DiagnosticArray]
) -> None:
    """Runs before anything has asked for a gateway."""
    answer = robot.answer(robot.send_rgb(picture()))
    assert answer.source == Segmentation.EDGE_FALLBACK
    until(lambda: diagnosis(diagnostics, "/bridge").message.startswith("no cloud: "))
    assert diagnosis(diagnostics, "/bridge").level == DiagnosticStatus.WARN


def test_it_is_as_without_a_bridge(
    robot: Robot,
    gateway: Gateway,
    cloud_domain: int,
    tiny_bundle: Bundle,
    tmp_path: Path,
    address: str,
    diagnostics: list[DiagnosticArray],
) -> None:
    with cloud_process(
        cloud_domain, bundles=[tiny_bundle.path], buffer_path=tmp_path / "replay.sqlite"
    ) as process:
        jpeg = image_messages.encode_jpeg(picture(), JPEG_QUALITY)
        classes = tiny_bundle.manifest.classes_hash
        asker = Asker(gateway.peer, process, jpeg, classes_hash=classes)
        asker.wait_until("active")
        across = reached(robot)
        label_map = until(
            lambda: next((m for m in robot.label_maps if m.header == across.header), None)
        )
        direct = asker.ask()
        expected = wire.decode_label_map(direct.label_map.data, (96, 128), 4)
        assert (image_messages.to_rgb(label_map)[..., 0] == expected).all()
        until(lambda: diagnosis(diagnostics, "/bridge").message == "the cloud is there")
    values = {v.key: v.value for v in diagnosis(diagnostics, "/bridge").values}
    assert (values["address"], values["robot"]) == (address, "r1")
    assert int(values["answered"]) >= 1
    assert float(values["certificate_days_left"]) > 300
    assert float(values["link_round_trip_ms"]) > 0


def test_the_gateway_is_killed_in_mid_call(robot: Robot, gateway: Gateway, cloud: Cloud) -> None:
    reached(robot)
    cloud.gate.clear()
    cloud.requests.clear()
    header = robot.send_rgb(picture())
    until(lambda: cloud.requests, process=gateway.process)
    gateway.stop(signal.SIGKILL)
    assert robot.answer(header).source == Segmentation.EDGE_FALLBACK
    cloud.gate.set()
    gateway.start()
    reached(robot)


def test_the_gateway_is_frozen(robot: Robot, gateway: Gateway, cloud: Cloud) -> None:
    reached(robot)
    robot.set(deadline_s=1.0)
    assert gateway.process is not None
    gateway.process.send_signal(signal.SIGSTOP)
    try:
        for seed in range(3):
            answer = robot.answer(robot.send_rgb(picture(seed)))
            assert answer.source == Segmentation.EDGE_FALLBACK
    finally:
        gateway.process.send_signal(signal.SIGCONT)
        robot.set(deadline_s=PATIENT_S)
    reached(robot)


def test_the_cloud_behind_the_gateway_goes_and_comes(
    robot: Robot, gateway: Gateway, cloud_domain: int
) -> None:
    with Cloud(cloud_domain):
        reached(robot)
    until(lambda: robot.answer(robot.send_rgb(picture())).source == Segmentation.EDGE_FALLBACK)
    with Cloud(cloud_domain):
        reached(robot)


def test_the_deadline_travels(robot: Robot, gateway: Gateway, cloud: Cloud) -> None:
    reached(robot)
    deadlines = {request.deadline_s for request in cloud.requests} - {0.0}  # that of spooled frames
    assert deadlines
    assert all(0 < deadline_s <= PATIENT_S for deadline_s in deadlines)
    assert {request.robot for request in cloud.requests} == {"r1"}
    assert all(request.request_id.startswith("r1/") for request in cloud.requests)


def test_garbage_and_too_much_leave_others_alone(
    robot: Robot, gateway: Gateway, cloud: Cloud, site: Site, address: str
) -> None:
    hostile = site.issue("hostile")
    with bridge(address, hostile) as (link, transport):
        until(lambda: transport.present)
        call = link.channel.unary_unary(protobuf.method("SegmentHardFrame"))
        for data in (b"junk", b"", bytes(protobuf.MAX_PICTURE)):
            with pytest.raises(grpc.RpcError):
                call(data, timeout=20)
    reached(robot)
    assert gateway.process is not None
    assert "hostile refused: " in gateway.process.log()


def test_a_quota(gateway: Gateway, cloud: Cloud, robot: Robot) -> None:
    said = gateway.peer.subscribe(DiagnosticArray, "/diagnostics")
    line = "robot r1 has sent its 5 frames a minute: wait "
    process = gateway.start(frames_per_minute=5)
    try:
        # Frames that find no cloud behind the gateway would use the quota up.
        until(lambda: diagnosis(said, "/gateway").message == "listening", process=process)
        reached(robot)
        until(lambda: line in robot.answer(robot.send_rgb(picture())).detail)
    finally:
        gateway.stop()


def test_other_robots(site: Site, gateway: Gateway, cloud: Cloud, address: str) -> None:
    """In its own name a robot gets in, in another's it does not, nor once it is revoked."""
    site.issue("r2")
    with (
        claim_domain() as domain,
        Peer(domain, "asking") as peer,
        bridge_process(site, domain, address, "r2") as process,
    ):
        until(lambda: peer.state("/bridge") == "active", process=process)
        image = image_messages.encode_jpeg(picture(), JPEG_QUALITY)

        def ask(robot: str) -> Any:
            request = SegmentHardFrame.Request(request_id=f"{robot}/1", robot=robot)
            request.image.data = image
            request.deadline_s = PATIENT_S
            return peer.call(SegmentHardFrame, "/segment_hard_frame", request)

        until(lambda: ask("r2").status == SegmentHardFrame.Response.OK, process=process)
        refused = ask("r1")
        assert refused.status == SegmentHardFrame.Response.UNAVAILABLE
        assert "the certificate is of robot r2, the request of 'r1'" in refused.message
        site.authority.revoke("r2", utc_now())
        until(lambda: "revoked" in ask("r2").message, process=process)
        assert process.stop() == 0


def test_a_model_update_crosses(
    robot: Robot,
    gateway: Gateway,
    cloud: Cloud,
    cloud_domain: int,
    site: Site,
    tiny_bundle: Bundle,
    tmp_path: Path,
    diagnostics: list[DiagnosticArray],
) -> None:
    """Announced and fetched by the robot while its hard frames pass; comes late, for it stays."""
    reports = robot.peer.subscribe(ModelReport, "/model_report", qos.latched(depth=20))
    weights = nudged(tiny_bundle.weights("f"), seed=2)
    bundle = variant(tiny_bundle, tmp_path / "2", 2, weights_f=weights)
    key = SigningKey.read(site.folder.parent / TRAINER / KEY_FILE)
    with ModelServer(cloud_domain, key=key) as server:
        server.offer(bundle)

        def swapped() -> bool:
            robot.answer(robot.send_rgb(picture()))
            return any(each.outcome == ModelReport.SWAPPED for each in reports)

        until(swapped, process=robot.process, what="the exchange")
        assert max(request.length for request in server.requests) <= model_protobuf.MAX_PIECE
        report = server.report(2, ModelReport.SWAPPED, robot.process)
        assert (report.robot, report.running, report.bytes) == ("r1", 2, reports[-1].bytes)
    assert reached(robot).bundle_version == 2
    until(
        lambda: any(
            value.key == "model_bytes_down" and int(value.value) > 0
            for value in diagnosis(diagnostics, "/bridge").values
        )
    )


@pytest.mark.parametrize(
    ("module", "parameters", "line"),
    [
        (BRIDGE, {"insecure": True}, "parameter addresses is empty"),
        (BRIDGE, {}, "parameter certificates is empty"),
        (BRIDGE, ADDRESS, "parameter certificates is empty"),
        (
            BRIDGE,
            {"addresses": '["h:1"]', "certificates": "/nowhere"},
            "/nowhere/ca.crt: No such file",
        ),
        (
            BRIDGE,
            {"addresses": '["192.0.2.1:1"]', "insecure": True},
            "plain text goes to this machine",
        ),
        (GATEWAY, {}, "parameter certificates is empty"),
        (GATEWAY, {"insecure": True}, "plain text is for this machine alone"),
    ],
)
def test_what_is_missing_is_said(
    domain: int, module: str, parameters: dict[str, Any], line: str
) -> None:
    with (
        claim_domain() as other,
        RosProcess(module, other, parameters=parameters) as process,
    ):
        until(lambda: line in process.log(), process=process)
        assert process.stop() == 0
