"""A robot's reports on their way to a gateway that comes, goes and refuses."""

from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager

import pytest
from bridge_site import Silent, Site
from laecips_edge.bridge.clouds import Clouds
from laecips_edge.bridge.link import Link
from laecips_edge.bridge.report_relay import KEPT, ReportRelay
from laecips_edge.core.link.model_update import RobotReport
from laecips_edge.ros import qos
from laecips_edge.ros.lifecycle import ManagedNode
from processes import Peer, claim_domain, spinning, until
from rclpy.context import Context

from laecips_msgs.msg import ModelReport


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Site:
    return Site(tmp_path_factory.mktemp("site") / "ca")


@contextmanager
def relay_and_robot() -> Iterator[tuple[ReportRelay, Peer]]:
    with claim_domain() as domain, Peer(domain, "robot") as peer:
        context = Context()
        context.init(args=["--ros-args", "-p", "autostart:=false"], domain_id=domain)
        node = ManagedNode("relaying", context=context)
        relay = ReportRelay(node)
        with spinning(node):
            yield relay, peer
        context.try_shutdown()


def test_reports_wait_for_a_trainer_and_keep_their_order(site: Site) -> None:
    heard: list[RobotReport] = []
    there: list[bool] = []

    def hear(report: RobotReport) -> bool:
        if there:
            heard.append(report)
        return bool(there)

    def connect(address: str, on_change: Callable[[str], None]) -> Link:
        return Link(address, site.robot, on_change=on_change)

    with (
        relay_and_robot() as (relay, peer),
        site.gateway(Silent(), publish=hear) as address,
        closing(Clouds([address], connect)) as clouds,
    ):
        said = peer.publisher(ModelReport, "/model_report", qos.latched(depth=KEPT))
        for version in range(1, 4):
            said.publish(ModelReport(robot="r1", version=version, outcome=ModelReport.FAILED))
        said.publish(ModelReport(robot="r9", version=4))
        said.publish(ModelReport(robot="r1", version=5, outcome=99))
        until(lambda: relay.waiting == 5)
        relay.start(clouds)
        until(lambda: clouds.reached)
        assert relay.waiting == 5
        there.append(True)
        until(lambda: not relay.waiting)
        assert [each.report.version for each in heard] == [1, 2, 3]
        relay.stop()
        for version in range(10, 10 + KEPT + 5):
            said.publish(ModelReport(robot="r1", version=version))
            until(lambda: relay.waiting)
        until(lambda: relay.waiting == KEPT)
        assert len(heard) == 3
        relay.start(clouds)
        until(lambda: not relay.waiting)
        assert heard[-1].report.version == 10 + KEPT + 4
    assert any("the request of 'r9'" in line for line in site.refusals)
