"""The runner's ears against a node that lives, and one that does not."""

import pytest
from laecips_bringup.live_replay.feeds import Feed, Kind
from laecips_bringup.live_replay.monitor import Monitor
from processes import Peer, until
from rclpy.serialization import deserialize_message

from laecips_msgs.msg import EdgeStatus

pytestmark = pytest.mark.system

FEED = Feed(
    kind=Kind.EDGE_STATUS,
    topic="/edge/status",
    message=EdgeStatus,
    type_name="laecips_msgs/msg/EdgeStatus",
    recorded=True,
)


@pytest.fixture
def heard() -> list[tuple[Feed, bytes, int]]:
    return []


@pytest.fixture
def monitor(domain: int, heard: list[tuple[Feed, bytes, int]]) -> Monitor:
    """A monitor on the domain of this module."""
    return Monitor(take=lambda *news: heard.append(news), domain=domain)


def test_messages_come_as_they_were_sent(
    monitor: Monitor, peer: Peer, heard: list[tuple[Feed, bytes, int]]
) -> None:
    publisher = peer.publisher(EdgeStatus, FEED.topic)
    with monitor:
        monitor.listen([FEED])
        until(lambda: publisher.get_subscription_count() == 1)
        publisher.publish(EdgeStatus(policy="spp", received=3))
        until(lambda: heard)
    (feed, data, received_ns) = heard[0]
    assert feed is FEED
    assert deserialize_message(data, EdgeStatus) == EdgeStatus(policy="spp", received=3)
    assert received_ns > 0


def test_parameters_of_a_node_that_runs(monitor: Monitor, peer: Peer) -> None:
    peer.node.declare_parameter("providers", ["CPUExecutionProvider"])
    with monitor:
        parameters = monitor.parameters("/peer", limit_s=30.0)
    assert parameters["providers"] == ["CPUExecutionProvider"]
    assert parameters["use_sim_time"] is False


def test_a_node_that_is_not_there(monitor: Monitor) -> None:
    with monitor, pytest.raises(TimeoutError, match="/nobody/list_parameters does not answer"):
        monitor.parameters("/nobody", limit_s=0.1)
