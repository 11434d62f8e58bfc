"""The Fast DDS profile that ships: it loads, and pictures pass that the default loses."""

from pathlib import Path

import numpy as np
import pytest
from laecips_bringup.graph.installed_files import config_file
from laecips_edge.launching.transport import transport_environment
from laecips_edge.ros.dds_transport import PROFILES
from laecips_eval.bags.result_bag import ResultBag
from processes import RosProcess, until
from rclpy.serialization import serialize_message
from sensor_msgs.msg import Image

pytestmark = pytest.mark.system

HEIGHT, WIDTH, FRAMES = 360, 480, 60
SEGMENT = 64 * 2**20


def mapped(pid: int) -> list[int]:
    """Sizes in bytes of the shared memory segments of Fast DDS that a process has mapped."""
    sizes = []
    for line in Path(f"/proc/{pid}/maps").read_text(encoding="utf-8").splitlines():
        if "/fastrtps_" in line:
            start, stop = (int(number, 16) for number in line.split()[0].split("-"))
            sizes.append(stop - start)
    return sizes


@pytest.fixture
def bag(tmp_path: Path) -> Path:
    """Raw pictures of 518 kB at 60 Hz: all of them fit into one segment at a time."""
    path = tmp_path / "raw.mcap"
    image = Image(height=HEIGHT, width=WIDTH, encoding="rgb8", step=3 * WIDTH)
    image.data = np.random.default_rng(0).bytes(HEIGHT * WIDTH * 3)
    with ResultBag(path) as writer:
        writer.add_topic("/image", "sensor_msgs/msg/Image")
        for index in range(FRAMES):
            image.header.stamp.nanosec = index * 10**9 // 60
            writer.write("/image", image.header.stamp.nanosec, serialize_message(image))
    return path


def test_pictures_pass_through_the_shared_memory_of_the_profile(domain: int, bag: Path) -> None:
    environment = transport_environment({})
    if not environment:
        pytest.skip("there is not enough room in /dev/shm for the profile")
    assert environment == {PROFILES: str(config_file("fastdds.xml"))}
    with RosProcess(
        "counting_subscriber", domain, environment=environment, folder=Path(__file__).parents[1]
    ) as counter:
        until(lambda: "ready" in counter.log(), process=counter)
        parameters = {"bag": bag}
        with RosProcess(
            "laecips_eval.player.player_node",
            domain,
            parameters=parameters,
            environment=environment,
        ) as player:
            until(lambda: "playing" in player.log(), process=player)
            for process in (player, counter):
                assert max(mapped(process.pid)) >= SEGMENT
            until(lambda: f"{FRAMES} images" in counter.log(), process=counter)
