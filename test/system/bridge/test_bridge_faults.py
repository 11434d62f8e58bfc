"""What may fail between a bridge and a gateway: every request is answered, and the link comes back.

The robot's side is a client of the bridge's service, so that each answer is seen as the edge node
would get it; test_bridge.py has the edge node itself.
"""

import shutil
import signal
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from bridge_nodes import PATIENT_S, Gateway, bridge_process
from bridge_site import Site
from diagnostic_msgs.msg import DiagnosticArray
from edge_robot import Cloud
from laecips_edge.core.certificates.certificate import utc_now
from laecips_edge.core.image import image_messages
from laecips_edge.core.link import protobuf
from laecips_edge.ros import qos
from laecips_eval.thin_link.conditions import LinkConditions
from laecips_eval.thin_link.thin_link import RELAY, ThinLink
from processes import Peer, RosProcess, until

from laecips_msgs.msg import GatewayStatus, ModelReport
from laecips_msgs.srv import SegmentHardFrame

pytestmark = pytest.mark.system

Response = SegmentHardFrame.Response
PICTURE = image_messages.encode_jpeg(np.zeros((24, 32, 3), np.uint8), 90)
LONG_S, SHORT_S = 3.0, 0.5


@pytest.fixture(scope="module")
def link(ready_gateway: Gateway) -> Iterator[ThinLink]:
    """The link to a running gateway; a relay, so that nobody has to be root."""
    port = int(ready_gateway.address.rpartition(":")[2])
    fast = LinkConditions(rate_bit_s=1e9, delay_s=0.0)
    with ThinLink(fast, mode=RELAY, port=port) as link:
        yield link


@pytest.fixture(scope="module")
def bridge(site: Site, domain: int, peer: Peer, link: ThinLink) -> Iterator[RosProcess]:
    # test_bridge_spool.py has the spool: here a frame without an answer says why there is none.
    with bridge_process(site, domain, link.dial, spool_bytes=0) as process:
        until(lambda: peer.state("/bridge") == "active", process=process)
        yield process


@pytest.fixture
def cloud(cloud_domain: int) -> Iterator[Cloud]:
    with Cloud(cloud_domain) as it:
        yield it


class Robot:
    """Asks the bridge as an edge node does."""

    def __init__(self, peer: Peer, process: RosProcess) -> None:
        self.process = process
        self._peer = peer
        self._asked = 0

    def ask(self, *, deadline_s: float = PATIENT_S, again: bool = False, **fields: Any) -> Response:
        """The answer to a new frame, or to the last one again."""
        self._asked += not again
        request = SegmentHardFrame.Request(request_id=f"r1/{self._asked}", robot="r1", **fields)
        request.image.data, request.deadline_s = PICTURE, deadline_s
        return self._peer.call(SegmentHardFrame, "/segment_hard_frame", request, again=False)

    def wait_until_linked(self) -> None:
        """Until the bridge has reached the gateway, and this peer the bridge."""
        self._peer.state("/bridge")
        until(lambda: not self.ask().message.startswith("no cloud: "), process=self.process)

    def reach(self, **fields: Any) -> Response:
        """The first answer of the cloud."""
        self._peer.state("/bridge")
        answers: list[Response] = []

        def answered() -> bool:
            answers.append(self.ask(**fields))
            return answers[-1].status == Response.OK

        until(answered, process=self.process, what="an answer of the cloud")
        return answers[-1]


@pytest.fixture
def robot(peer: Peer, bridge: RosProcess) -> Robot:
    return Robot(peer, bridge)


def test_the_cloud_is_killed_in_mid_call(robot: Robot, cloud_domain: int, cloud_peer: Peer) -> None:
    robot.wait_until_linked()
    said = cloud_peer.subscribe(DiagnosticArray, "/diagnostics")
    with (
        RosProcess("held_cloud", cloud_domain, folder=Path(__file__).parents[1]) as process,
        ThreadPoolExecutor() as pool,
    ):
        until(lambda: said and said[-1].status[0].message == "listening", process=process)
        call = pool.submit(robot.ask, deadline_s=LONG_S)
        until(lambda: "asked" in process.log() or call.done(), process=process)
        process.stop(signal.SIGKILL)
        answer = call.result()
    assert answer.message.startswith("DEADLINE_EXCEEDED"), answer.message
    with Cloud(cloud_domain):
        robot.reach(deadline_s=LONG_S)  # until the dead cloud is noticed, a request may be lost


def test_the_link_is_cut_and_mended(robot: Robot, link: ThinLink, cloud: Cloud) -> None:
    robot.reach()
    link.cut(reset=True)
    try:
        until(lambda: robot.ask().message.startswith("no cloud: UNAVAILABLE"))
        asked = len(cloud.requests)
        assert robot.ask().status == Response.UNAVAILABLE
        assert len(cloud.requests) == asked
    finally:
        link.mend()
    robot.reach()


def test_a_black_hole_takes_no_longer_than_the_deadline(
    robot: Robot, link: ThinLink, cloud: Cloud
) -> None:
    robot.reach()
    link.cut()
    try:
        answer = robot.ask(deadline_s=SHORT_S)
        assert answer.message.startswith("DEADLINE_EXCEEDED")
        # Nothing said that the connection ended: the bridge finds out by itself.
        until(lambda: robot.ask(deadline_s=SHORT_S).message.startswith("no cloud: "))
    finally:
        link.mend()
    robot.reach()


def test_answers_that_are_late_or_too_large_are_nobody_elses(robot: Robot, cloud: Cloud) -> None:
    robot.reach()
    cloud.gate.clear()
    late = [robot.ask(deadline_s=SHORT_S) for _ in range(2)]
    assert {answer.message.split(":")[0] for answer in late} == {"DEADLINE_EXCEEDED"}
    cloud.reply = lambda request: Response(
        status=Response.OK, bundle_version=int(request.request_id.partition("/")[2])
    )
    cloud.gate.set()
    answer = robot.reach()
    assert answer.bundle_version == int(cloud.requests[-1].request_id.partition("/")[2])
    too_large = Response(status=Response.OK)
    too_large.label_map.data = bytes(protobuf.MAX_MAP + 1)
    cloud.reply = lambda request: too_large
    answer = robot.ask()
    assert answer.status == Response.UNAVAILABLE
    assert answer.message.startswith("the cloud's answer: label_map: 3145729 bytes")


def test_a_wrong_clock_and_a_bag_that_loops(robot: Robot, cloud: Cloud) -> None:
    """Stamps are data: long ago, far ahead and before the last one; a frame may come again."""
    robot.reach()
    cloud.requests.clear()
    for seconds in (2**31 - 1, 0, 1, 2**31 - 1):
        request = SegmentHardFrame.Request()
        request.header.stamp.sec = seconds
        assert robot.ask(header=request.header).status == Response.OK
        assert cloud.requests[-1].header.stamp.sec == seconds
    assert robot.ask(again=True).status == Response.OK
    assert cloud.requests[-1].request_id == cloud.requests[-2].request_id


def test_model_reports_reach_a_trainer_that_comes_later(
    robot: Robot, peer: Peer, cloud_peer: Peer
) -> None:
    said = peer.publisher(ModelReport, "/model_report", qos.latched(depth=20))
    for version, name in ((2, "r1"), (3, "r9"), (4, "r1")):
        said.publish(
            ModelReport(
                robot=name, version=version, running=version, outcome=ModelReport.ROLLED_BACK
            )
        )
    until(lambda: "model_report waits: the gateway sees no trainer_node" in robot.process.log())
    heard = cloud_peer.subscribe(ModelReport, "/model_report", qos.latched(depth=20))
    until(lambda: len(heard) == 2, process=robot.process)
    assert [(each.robot, each.running) for each in heard] == [("r1", 2), ("r1", 4)]
    until(lambda: "model_report is not sent: PERMISSION_DENIED" in robot.process.log())


def test_renewed_certificates_are_taken_without_a_restart(
    robot: Robot, site: Site, link: ThinLink, cloud: Cloud, cloud_peer: Peer
) -> None:
    robot.reach()
    statuses = cloud_peer.subscribe(GatewayStatus, "/gateway/status")
    site.authority.renew("localhost", utc_now(), days=100)
    site.authority.renew("r1", utc_now())
    until(lambda: "the certificate was renewed: connecting anew" in robot.process.log())
    robot.reach()
    until(lambda: statuses and 99 < statuses[-1].certificate_days_left <= 100)


def until_refused(robot: Robot, cloud: Cloud, line: str) -> None:
    """Until the bridge says so, and its frames do not reach the cloud."""
    until(lambda: line in robot.ask().message, process=robot.process, what=line)
    asked = len(cloud.requests)
    assert robot.ask().status == Response.UNAVAILABLE
    assert len(cloud.requests) == asked


def test_an_expired_certificate(robot: Robot, site: Site, cloud: Cloud) -> None:
    robot.reach()
    site.authority.renew("r1", utc_now() - timedelta(days=3), days=1)
    until_refused(robot, cloud, "no cloud: ")
    site.authority.renew("r1", utc_now())
    robot.reach()


def test_a_revoked_certificate(robot: Robot, site: Site, cloud: Cloud) -> None:
    robot.reach()
    site.authority.revoke("r1", utc_now())
    until_refused(robot, cloud, "revoked")
    site.issue("r1")
    robot.reach()


def test_a_foreign_certificate(
    robot: Robot, peer: Peer, site: Site, cloud: Cloud, tmp_path: Path
) -> None:
    """Of an authority of the same name and for the same robot."""
    robot.reach()
    folder = site.folder.parent / "robot-r1"
    shutil.copytree(folder, tmp_path / "own")
    foreign = Site(tmp_path / "foreign").folder.parent / "robot-r1"

    def take(other: Path) -> None:
        shutil.copytree(other, folder, dirs_exist_ok=True)
        for transition in ("deactivate", "cleanup", "configure", "activate"):
            assert peer.change_state("/bridge", transition), transition

    take(foreign)
    until_refused(robot, cloud, "no cloud: ")
    take(tmp_path / "own")
    robot.reach()


def test_a_clock_that_is_slow(robot: Robot, site: Site, link: ThinLink, cloud: Cloud) -> None:
    """To it the gateway's certificate is not valid yet."""
    robot.reach()
    site.authority.renew("localhost", utc_now() + timedelta(days=2))
    link.cut(reset=True)  # a connection that stands keeps the old certificate
    link.mend()
    until_refused(robot, cloud, "no cloud: ")
    site.authority.renew("localhost", utc_now())
    robot.reach()


def test_what_the_gateway_says_about_a_robot(robot: Robot, cloud: Cloud, cloud_peer: Peer) -> None:
    robot.reach()
    statuses = cloud_peer.subscribe(GatewayStatus, "/gateway/status")
    status = until(lambda: next((each for each in statuses if each.answered), None))
    (traffic,) = status.robots
    assert traffic.robot == "r1"
    assert traffic.peer.startswith("ipv4:127.0.0.1:")
    assert traffic.answered == status.answered
    assert traffic.bytes_up > traffic.answered * len(PICTURE)
    assert status.state == "active"
