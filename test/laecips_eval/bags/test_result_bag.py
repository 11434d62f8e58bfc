"""The result bag, written with rclpy's own bytes and read by rosbags."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from laecips_eval.bags.result_bag import ResultBag, message_types
from rclpy.serialization import serialize_message
from rosbags.rosbag2 import Reader
from sensor_msgs.msg import Image

from laecips_msgs.msg import EdgeStatus, Segmentation


def test_what_was_published_is_in_the_file(tmp_path: Path) -> None:
    path = tmp_path / "result.mcap"
    segmentation = Segmentation(source=Segmentation.CLOUD, confidence=0.25, bytes_up=77)
    image = Image(height=1, width=2, encoding="mono8", step=2, data=bytes([3, 255]))
    with ResultBag(path) as bag:
        bag.add_topic("/edge/segmentation", "laecips_msgs/msg/Segmentation")
        bag.add_topic("/edge/label_map", "sensor_msgs/msg/Image")
        bag.add_topic("/edge/status", "laecips_msgs/msg/EdgeStatus")
        bag.write("/edge/segmentation", 5, serialize_message(segmentation))
        bag.write("/edge/label_map", 6, serialize_message(image))
        bag.write("/edge/status", 7, serialize_message(EdgeStatus(policy="spp")))
        assert not path.exists()
    assert [file.name for file in tmp_path.iterdir()] == ["result.mcap"]

    types = message_types()
    with Reader(path) as reader:
        read = {
            connection.topic: (stamp, types.deserialize_cdr(data, connection.msgtype))
            for connection, stamp, data in reader.messages()
        }
        definition = {c.topic: c.msgdef.data for c in reader.connections}["/edge/segmentation"]
    assert "uint8 EDGE_FALLBACK=2" in definition
    stamp, message = read["/edge/segmentation"]
    assert (stamp, message.source, message.confidence, message.bytes_up) == (5, 1, 0.25, 77)
    assert read["/edge/label_map"][1].data.tolist() == [3, 255]
    assert read["/edge/status"][1].policy == "spp"


def test_an_older_file_stays_until_the_new_one_is_complete(tmp_path: Path) -> None:
    path = tmp_path / "result.mcap"
    path.write_bytes(b"older")
    with pytest.raises(RuntimeError, match="interrupted"), ResultBag(path):
        raise RuntimeError("interrupted")
    assert path.read_bytes() == b"older"
    with ResultBag(path):
        pass
    with Reader(path) as reader:
        assert reader.message_count == 0
    assert [file.name for file in tmp_path.iterdir()] == ["result.mcap"]


def test_a_full_disk_leaves_nothing(
    tmp_path: Path, full_after: Callable[[int | None], None]
) -> None:
    noise = np.random.default_rng(0).bytes(2_000_000)  # a whole chunk
    full_after(10)
    bag = ResultBag(tmp_path / "r.mcap")
    bag.add_topic("/edge/label_map", "sensor_msgs/msg/Image")
    with pytest.raises(OSError, match="File too large"):
        bag.write("/edge/label_map", 5, noise)
    bag.discard()
    full_after(None)
    assert not list(tmp_path.iterdir())
