"""A robot across a link that gets slow or is cut, and beside a hostile robot.

Each frame is answered once, by its deadline; what the bridge has spooled reaches the cloud; and the
cloud answers again afterwards.
"""

import socket
import struct
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

import grpc
import numpy as np
import pytest
from bridge_nodes import PATIENT_S, Gateway, bridged_robot, picture, reached
from bridge_site import Site, bridge, request
from edge_robot import Cloud, Response, Robot
from laecips_edge.core.bundle.bundle import Bundle
from laecips_edge.core.image import image_messages
from laecips_edge.core.link import protobuf
from laecips_eval.thin_link.conditions import LinkConditions
from laecips_eval.thin_link.thin_link import RELAY, ThinLink
from processes import Peer, until
from std_msgs.msg import Header

from laecips_msgs.msg import BridgeStatus, GatewayStatus, RobotTraffic, Segmentation
from laecips_msgs.srv import SegmentHardFrame

pytestmark = pytest.mark.system

RATE_BIT_S, SLOW_BIT_S = 4e6, 0.4e6
SHORT_S = 1.0
CUT_S, PERIOD_S = 20.0, 0.5
"""How long the link is cut, and how often a frame comes meanwhile."""

HALF_OPEN, FLOODERS = 50, 4


@pytest.fixture(scope="module")
def link(ready_gateway: Gateway) -> Iterator[ThinLink]:
    """The link to the gateway; a relay, so that nobody has to be root."""
    port = int(ready_gateway.address.rpartition(":")[2])
    conditions = LinkConditions(rate_bit_s=RATE_BIT_S, delay_s=0.02)
    with ThinLink(conditions, mode=RELAY, port=port) as link:
        yield link


@pytest.fixture(scope="module")
def robot(
    domain: int,
    peer: Peer,
    site: Site,
    link: ThinLink,
    tiny_bundle: Bundle,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Robot]:
    store = tmp_path_factory.mktemp("models")
    with bridged_robot(
        peer,
        domain,
        site,
        link.dial,
        bundle=tiny_bundle,
        store=store,
        spool_frames_per_minute=6000.0,
    ) as robot:
        yield robot


@pytest.fixture(scope="module")
def bridge_statuses(peer: Peer) -> list[BridgeStatus]:
    return peer.subscribe(BridgeStatus, "/bridge/status")


@pytest.fixture
def cloud(cloud_domain: int) -> Iterator[Cloud]:
    with Cloud(cloud_domain) as it:
        yield it


def noise(seed: int) -> np.ndarray:
    """A picture of more than 100 kB as JPEG: more than a second at 0.4 Mbit/s."""
    return np.random.default_rng(seed).integers(0, 256, (256, 320, 3), np.uint8)


@contextmanager
def deadline(robot: Robot, seconds: float) -> Iterator[None]:
    robot.set(deadline_s=seconds)
    try:
        yield
    finally:
        robot.set(deadline_s=PATIENT_S)


def all_answered_once(robot: Robot, headers: list[Header]) -> None:
    """No frame is pending, and each of these was answered with one label map."""
    robot.settled()
    for header in headers:
        assert [each.header.stamp for each in robot.segmentations].count(header.stamp) == 1
        assert [each.header.stamp for each in robot.label_maps].count(header.stamp) == 1


def until_taught(
    robot: Robot, cloud: Cloud, statuses: list[BridgeStatus], answers: list[Segmentation]
) -> None:
    """Until all that was sent and not answered has reached the cloud from the spool."""
    spooled = {
        (answer.header.stamp.sec, answer.header.stamp.nanosec)
        for answer in answers
        if answer.bytes_up and answer.source == Segmentation.EDGE_FALLBACK
    }
    assert spooled

    def there() -> bool:
        stamps = [each.header.stamp for each in cloud.requests]
        return spooled <= {(stamp.sec, stamp.nanosec) for stamp in stamps}

    until(there, process=robot.process, what="the spooled frames")
    until(lambda: statuses[-1].spooled == 0, process=robot.process)
    last = statuses[-1]
    assert (last.spool_lost, last.spool_dropped, last.teach_refused) == (0, 0, 0)


def test_a_link_ten_times_too_slow(
    robot: Robot, link: ThinLink, cloud: Cloud, bridge_statuses: list[BridgeStatus]
) -> None:
    reached(robot)
    answers, headers = [], []
    with deadline(robot, SHORT_S):
        link.change_rate(SLOW_BIT_S)
        try:
            for seed in range(5):
                headers.append(robot.send_rgb(noise(seed)))
                answers.append(robot.answer(headers[-1]))
        finally:
            link.change_rate(RATE_BIT_S)
    assert {answer.source for answer in answers} == {Segmentation.EDGE_FALLBACK}
    assert answers[0].reason == Segmentation.DEADLINE
    all_answered_once(robot, headers)
    reached(robot)
    until_taught(robot, cloud, bridge_statuses, answers)


def test_the_link_is_cut_for_twenty_seconds(
    robot: Robot, link: ThinLink, cloud: Cloud, bridge_statuses: list[BridgeStatus]
) -> None:
    reached(robot)
    answers, headers = [], []
    with deadline(robot, SHORT_S):
        link.cut()
        end_s = time.monotonic() + CUT_S
        try:
            while (now_s := time.monotonic()) < end_s:
                headers.append(robot.send_rgb(picture(len(headers))))
                answers.append(robot.answer(headers[-1]))
                until(lambda next_s=now_s + PERIOD_S: time.monotonic() >= next_s)
        finally:
            link.mend()
    assert {answer.source for answer in answers} == {Segmentation.EDGE_FALLBACK}
    assert answers[0].reason == Segmentation.DEADLINE
    assert any("no cloud: " in answer.detail for answer in answers)
    all_answered_once(robot, headers)
    reached(robot)
    until_taught(robot, cloud, bridge_statuses, answers)


class Hostile:
    """A robot with a certificate that does all that it should not, on threads of its own."""

    def __init__(self, site: Site, address: str) -> None:
        self.codes: set[grpc.StatusCode] = set()
        self._stopping = threading.Event()
        self._resources = ExitStack()
        link, _ = self._resources.enter_context(bridge(address, site.issue("hostile")))
        self._call = link.channel.unary_unary(protobuf.method("SegmentHardFrame"))
        host, _, port = address.rpartition(":")
        for _ in range(HALF_OPEN):  # they say nothing: the gateway waits for a handshake
            self._resources.enter_context(socket.create_connection((host, int(port))))
        frame = protobuf.encode_request(request(robot="hostile", picture=bytes(100_000)))
        huge = request(robot="hostile", request_id="hostile/huge", picture=huge_jpeg())
        attacks: list[tuple[bytes, float]] = [
            (protobuf.encode_request(huge), 0.05),
            (protobuf.encode_request(request(robot="r1", request_id="r1/forged")), 0.02),
            (bytes(protobuf.MAX_PICTURE), 0.5),
            *[(frame, 0.0)] * FLOODERS,
        ]
        self._threads = [threading.Thread(target=self._attack, args=each) for each in attacks]

    def __enter__(self) -> "Hostile":
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *error: object) -> None:
        self._stopping.set()
        for thread in self._threads:
            thread.join()
        self._resources.close()

    def _attack(self, message: bytes, pause_s: float) -> None:
        while not self._stopping.wait(pause_s):
            try:
                self._call(message, timeout=PATIENT_S)
            except grpc.RpcError as error:
                self.codes.add(error.code())


def huge_jpeg() -> bytes:
    """A JPEG whose header claims 30 000 by 30 000 pixels."""
    whole = image_messages.encode_jpeg(picture(), 50)
    at = whole.index(b"\xff\xc0") + 5
    return whole[:at] + struct.pack(">HH", 30_000, 30_000) + whole[at + 4 :]


def test_a_hostile_robot_beside_a_good_one(
    robot: Robot, gateway: Gateway, cloud: Cloud, cloud_peer: Peer, site: Site
) -> None:
    statuses = cloud_peer.subscribe(GatewayStatus, "/gateway/status")

    def only_good(asked: SegmentHardFrame.Request) -> Response:
        good = asked.robot == "r1"
        return cloud.good(asked) if good else Response(status=Response.BAD_REQUEST)

    cloud.reply = only_good
    reached(robot)
    headers = []
    with Hostile(site, gateway.address) as hostile:
        until(lambda: len(hostile.codes) >= 2, what="refusals of the hostile robot")
        for seed in range(10):
            headers.append(robot.send_rgb(picture(seed)))
            assert robot.answer(headers[-1]).source == Segmentation.CLOUD
    assert {grpc.StatusCode.PERMISSION_DENIED, grpc.StatusCode.INVALID_ARGUMENT} <= hostile.codes
    all_answered_once(robot, headers)
    assert "r1/forged" not in {each.request_id for each in cloud.requests}

    def traffic() -> dict[str, RobotTraffic]:
        return {each.robot: each for each in (statuses[-1].robots if statuses else [])}

    seen = until(lambda: (found := traffic()).get("hostile") and found)
    for refusal in ("over_quota", "wrong_robot", "bad_requests"):
        assert getattr(seen["hostile"], refusal) > 0, refusal
        assert getattr(seen["r1"], refusal) == 0, refusal
