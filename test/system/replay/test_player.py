"""The bag player as a process: what subscribers get is what the bag has, in time."""

import time
from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np
import pytest
from laecips_edge.ros import qos
from laecips_eval.bags import BagWriter, Legend, open_bag
from laecips_eval.bags.result_bag import ResultBag
from laecips_eval.drift.drifted_bag import DriftedBag
from laecips_eval.drift.recipe import read_recipe
from processes import Peer, RosProcess, until
from rclpy.serialization import serialize_message
from rosgraph_msgs.msg import Clock
from sensor_msgs.msg import CompressedImage, Image

from laecips_msgs.msg import PlayedFrame

pytestmark = pytest.mark.system

PLAYER = "laecips_eval.player.player_node"
NOBODY = {"image/compressed": "/nobody"}


@pytest.fixture(scope="module")
def bag(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Ten pictures at 20 Hz."""
    path = tmp_path_factory.mktemp("bags") / "ten"
    rng = np.random.default_rng(0)
    with BagWriter(path, legend=Legend(), rate_hz=20) as writer:
        for _ in range(10):
            picture = rng.integers(0, 256, (24, 32, 3), np.uint8)
            writer.add(cv2.imencode(".jpg", picture)[1].tobytes(), None)
    return path


@pytest.fixture(scope="module")
def raw_bag(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three raw pictures with padded rows, as one file."""
    path = tmp_path_factory.mktemp("bags") / "raw.mcap"
    with ResultBag(path) as writer:
        writer.add_topic("/cam", "sensor_msgs/msg/Image")
        for index in range(3):
            image = Image(height=2, width=3, encoding="bgr8", step=12, data=bytes(range(24)))
            image.header.stamp.nanosec = index * 1000
            image.header.frame_id = f"frame {index}"
            writer.write("/cam", index * 1000, serialize_message(image))
    return path


@pytest.fixture
def player(domain: int, bag: Path) -> Iterator[RosProcess]:
    """A player that waits for two subscribers."""
    parameters = {"bag": bag, "played_subscribers": 1, "publish_clock": True, "rate": 0.5}
    with RosProcess(PLAYER, domain, parameters=parameters) as process:
        yield process


def test_verbatim_and_in_time(peer: Peer, player: RosProcess, bag: Path) -> None:
    pictures = peer.subscribe(CompressedImage, "/image/compressed", qos.sensor_data())
    clock = peer.subscribe(Clock, "/clock")
    until(lambda: clock, process=player)
    assert not pictures  # nobody listens to what was played yet
    before_ns = time.monotonic_ns()
    played = peer.subscribe(PlayedFrame, "/player/played", qos.reliable(depth=100))
    until(lambda: len(played) == 10, process=player)
    until(lambda: player.ended() is not None)
    assert player.ended() == 0, player.log()

    expected = list(open_bag(bag).frames())
    assert [note.index for note in played] == list(range(10))
    assert {note.total for note in played} == {10}
    assert len(pictures) == 10
    for frame, picture, note in zip(expected, pictures, played, strict=True):
        assert picture.header == note.header
        assert picture.header.frame_id == frame.frame_id
        assert picture.header.stamp.sec * 10**9 + picture.header.stamp.nanosec == frame.stamp_ns
        assert (picture.format, picture.data.tobytes()) == (
            frame.payload.format,
            frame.payload.data,
        )
    # Never early: recorded 50 ms apart, played half as fast.
    for number, note in enumerate(played):
        assert note.monotonic_ns - before_ns >= number * 100_000_000


def test_raw_pictures_keep_every_field(peer: Peer, domain: int, raw_bag: Path) -> None:
    pictures = peer.subscribe(Image, "/robot/camera", qos.sensor_data())
    remap = {"image": "camera", "__ns": "/robot"}
    with RosProcess(PLAYER, domain, parameters={"bag": raw_bag}, remap=remap) as process:
        until(lambda: len(pictures) == 3, process=process)
        until(lambda: process.ended() is not None)
    assert process.ended() == 0
    assert [picture.header.frame_id for picture in pictures] == ["frame 0", "frame 1", "frame 2"]
    for picture in pictures:
        assert (picture.height, picture.width, picture.step) == (2, 3, 12)
        assert (picture.encoding, picture.data.tobytes()) == ("bgr8", bytes(range(24)))


def test_under_a_drift(peer: Peer, domain: int, bag: Path, tmp_path: Path) -> None:
    recipe = tmp_path / "drift.yaml"
    recipe.write_text("segments: [{name: as_taken}, {name: noisy, noise: 0.5}]", encoding="utf-8")
    pictures = peer.subscribe(CompressedImage, "/image/compressed", qos.sensor_data())
    with RosProcess(PLAYER, domain, parameters={"bag": bag, "drift": recipe}) as process:
        until(lambda: len(pictures) == 10, process=process)
        until(lambda: process.ended() is not None)
    assert process.ended() == 0
    expected = DriftedBag(open_bag(bag), read_recipe(recipe)).frames()
    assert [it.data.tobytes() for it in pictures] == [it.payload.data for it in expected]


@pytest.mark.parametrize(
    ("parameters", "message"),
    [
        ({"bag": "/nowhere"}, "there is no bag /nowhere"),
        ({"drift": "/nowhere.yaml"}, "/nowhere.yaml: cannot be read"),
        ({"bag_topic": "/thermal"}, "has no topic /thermal: it has /camera/classes"),
        (
            {"wait_limit_s": 0.1},
            "/nobody has 0 of 1 subscribers after 0 s: is the node that listens there",
        ),
        ({"rate": 0.0}, "parameter rate"),
    ],
)
def test_what_is_wrong_is_said_in_one_line(
    domain: int, bag: Path, parameters: dict[str, object], message: str
) -> None:
    parameters = {"bag": bag} | parameters
    with RosProcess(PLAYER, domain, parameters=parameters, remap=NOBODY) as process:
        until(lambda: process.ended() is not None)
    assert process.ended() == 1
    assert message in process.log()
    assert "Traceback" not in process.log()


def test_it_ends_when_it_is_asked_to(peer: Peer, domain: int, bag: Path) -> None:
    parameters = {"bag": bag, "publish_clock": True}
    with RosProcess(PLAYER, domain, parameters=parameters, remap=NOBODY) as process:
        clock = peer.subscribe(Clock, "/clock")
        until(lambda: clock, process=process)
        assert process.stop() == 0
