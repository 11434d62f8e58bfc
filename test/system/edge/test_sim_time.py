"""Player, edge and cloud on a bag's time: played twice, and what each node listens to."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from cloud_robot import cloud_process
from edge_robot import Robot
from laecips_edge.core.bundle.bundle import Bundle
from laecips_edge.core.image.codecs import encode_jpeg, encode_png
from laecips_eval.bags import BagWriter, Legend, open_bag
from processes import Peer, RosProcess, until

from laecips_msgs.msg import CloudStatus, EdgeStatus, Segmentation

pytestmark = pytest.mark.system

FRAMES = 8


@pytest.fixture(scope="module")
def bag(tmp_path_factory: pytest.TempPathFactory, tiny_bundle: Bundle) -> Path:
    """Eight pictures with truth, at 10 Hz."""
    path = tmp_path_factory.mktemp("bags") / "blocks"
    rng = np.random.default_rng(4)
    manifest = tiny_bundle.manifest
    legend = Legend(classes=manifest.classes, palette=manifest.palette)
    with BagWriter(path, legend=legend, rate_hz=10) as writer:
        for _ in range(FRAMES):
            blocks = rng.integers(0, 256, (6, 8, 3), np.uint8)
            picture = blocks.repeat(16, axis=0).repeat(16, axis=1)
            writer.add(encode_jpeg(picture, 90), encode_png(picture[:, :, 0] // 64))
    return path


@pytest.fixture(scope="module")
def cloud(
    domain: int, tiny_bundle: Bundle, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[RosProcess]:
    parameters = {
        "bundles": [tiny_bundle.path],
        "buffer_path": tmp_path_factory.mktemp("cloud") / "replay.sqlite",
        "use_sim_time": True,
    }
    with cloud_process(domain, **parameters) as process:
        yield process


@pytest.fixture(scope="module")
def robot(domain: int, peer: Peer, tiny_bundle: Bundle, cloud: RosProcess) -> Iterator[Robot]:
    """An edge node that calls every frame hard and finds room for all of them in the cloud."""
    parameters = {
        "bundle": tiny_bundle.path,
        "image_transport": "compressed",
        "policy": "cloud",
        "max_in_flight": 64,
        "deadline_s": 20.0,
        "use_sim_time": True,
    }
    with RosProcess("laecips_edge.edge_node", domain, parameters=parameters) as process:
        it = Robot(peer, process, compressed=True)
        until(
            lambda: it.statuses and it.statuses[-1].cloud_available,
            process=process,
            what="a robot that sees the cloud",
        )
        yield it


def time_of(status: EdgeStatus | CloudStatus) -> float:
    return float(status.header.stamp.sec + status.header.stamp.nanosec / 1e9)


def play(domain: int, robot: Robot, bag: Path) -> EdgeStatus:
    """Plays the bag with its clock; the edge node's status once nothing more comes."""
    parameters = {"bag": bag, "publish_clock": True}
    with RosProcess("laecips_eval.player.player_node", domain, parameters=parameters) as player:
        until(lambda: player.ended() is not None, what="the end of the bag")
    assert player.ended() == 0, player.log()
    seen = len(robot.statuses)

    def quiet() -> bool:
        newest = robot.statuses[seen:][-2:]
        return len(newest) == 2 and not newest[1].pending and newest[0].received > 0

    until(quiet, process=robot.process, what="two statuses without a pending frame")
    return robot.statuses[-1]


def test_a_bag_that_is_played_twice_is_answered_twice_on_its_own_time(
    domain: int, peer: Peer, robot: Robot, bag: Path
) -> None:
    of_cloud: list[CloudStatus] = peer.subscribe(CloudStatus, "/cloud/status")
    stamps = [frame.stamp_ns for frame in open_bag(bag).frames()]
    first, last = stamps[0] / 1e9, stamps[-1] / 1e9
    # Status goes by the steady clock: it flows although nobody has told the time yet.
    assert time_of(robot.statuses[-1]) == 0
    before = 0
    for _ in range(2):
        robot.segmentations.clear()
        status = play(domain, robot, bag)
        heard = [answer.header.stamp for answer in robot.segmentations]
        heard_ns = [stamp.sec * 10**9 + stamp.nanosec for stamp in heard]
        assert len(heard_ns) == len(set(heard_ns)) == status.cloud - before > 0
        assert set(heard_ns) <= set(stamps)
        assert {answer.source for answer in robot.segmentations} == {Segmentation.CLOUD}
        assert status.received == status.cloud + status.superseded
        # Each status is on the bag's time, which has gone back with the bag.
        assert first <= time_of(status) <= last + 1
        before = status.cloud
    # The second time is not the first time asked again: ids are of the run, not of the stamps.
    until(lambda: of_cloud[-1].buffer_frames == before, what="all frames in the buffer")
    assert first <= time_of(of_cloud[-1]) <= last + 1


def test_no_node_listens_to_the_truth(domain: int, peer: Peer, robot: Robot, bag: Path) -> None:
    """Of a bag the nodes hear its pictures and nothing else; the truth stays on the disk."""
    heard = {"/clock", "/image/compressed", "/camera_info", "/model_update"}
    parameters = {"bag": bag, "image_subscribers": 2}  # it waits, to be looked at
    with RosProcess("laecips_eval.player.player_node", domain, parameters=parameters) as player:
        until(lambda: "player" in peer.node.get_node_names(), process=player)
        until(
            lambda: heard_by(peer, "edge") == heard,
            process=robot.process,
            what="the edge node's subscriptions",
        )
        assert heard_by(peer, "cloud") == {"/clock"}
        assert heard_by(peer, "player") == set()
        topics = {name for name, _ in peer.node.get_topic_names_and_types()}
        assert "/image/compressed" in topics
        assert not [name for name in topics if "truth" in name]


def heard_by(peer: Peer, node: str) -> set[str]:
    """Topics that a node subscribes to, but for those that rclpy keeps for itself."""
    found = peer.node.get_subscriber_names_and_types_by_node(node, "/")
    return {topic for topic, _ in found} - {"/parameter_events"}
