"""Bags as they are found on disks: without metadata, of other formats, with short type names."""

import sqlite3
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import yaml
from laecips_edge.core.image.codecs import encode_jpeg
from laecips_eval.bags import BagError, BagWriter, Legend, open_bag
from laecips_eval.bags.opening import METADATA, full_type
from rosbags.rosbag2 import StoragePlugin, Writer
from rosbags.typesys import Stores, get_typestore

TYPES = get_typestore(Stores.ROS2_JAZZY)
JPEG = encode_jpeg(np.zeros((16, 24, 3), np.uint8), 90)


@pytest.fixture
def mcap(tmp_path: Path) -> Path:
    with BagWriter(tmp_path / "bag", legend=Legend(), rate_hz=10) as bag:
        bag.add(JPEG, None)
    return tmp_path / "bag"


@pytest.fixture
def sqlite(tmp_path: Path) -> Path:
    kind = "sensor_msgs/msg/CompressedImage"
    header = TYPES.types["std_msgs/msg/Header"](
        stamp=TYPES.types["builtin_interfaces/msg/Time"](sec=1, nanosec=2), frame_id="eye"
    )
    message = TYPES.types[kind](header=header, format="jpeg", data=np.frombuffer(JPEG, np.uint8))
    with Writer(tmp_path / "db", version=9, storage_plugin=StoragePlugin.SQLITE3) as writer:
        topic = writer.add_connection("/image", kind, typestore=TYPES)
        writer.write(topic, 7, TYPES.serialize_cdr(message, kind))
    return tmp_path / "db"


def without_metadata(bag: Path) -> None:
    (bag / METADATA).unlink()


def without_storage_identifier(bag: Path) -> None:
    content = yaml.safe_load((bag / METADATA).read_text())
    content["rosbag2_bagfile_information"]["storage_identifier"] = ""
    (bag / METADATA).write_text(yaml.safe_dump(content))


def with_a_short_type(bag: Path) -> None:
    short = "sensor_msgs/CompressedImage"
    metadata = bag / METADATA
    metadata.write_text(metadata.read_text().replace("sensor_msgs/msg/CompressedImage", short))
    for file in bag.glob("*.db3"):
        connection = sqlite3.connect(file)
        with connection:
            connection.execute("UPDATE topics SET type = ?", (short,))
        connection.close()


@pytest.mark.parametrize("name", ["mcap", "sqlite"])
@pytest.mark.parametrize("change", [without_metadata, without_storage_identifier])
def test_one_file_is_enough(
    name: str, change: Callable[[Path], None], request: pytest.FixtureRequest
) -> None:
    bag = request.getfixturevalue(name)
    change(bag)
    (frame,) = open_bag(bag).frames()
    assert frame.payload.data == JPEG


def test_a_type_without_msg(sqlite: Path) -> None:
    with_a_short_type(sqlite)
    bag = open_bag(sqlite)
    assert bag.kind == "compressed"
    assert [frame.payload.data for frame in bag.frames()] == [JPEG]


@pytest.mark.parametrize(
    ("name", "full"),
    [
        ("sensor_msgs/Image", "sensor_msgs/msg/Image"),
        ("sensor_msgs/msg/Image", "sensor_msgs/msg/Image"),
        ("odd", "odd"),
    ],
)
def test_full_types(name: str, full: str) -> None:
    assert full_type(name) == full


@pytest.mark.parametrize(
    ("files", "cure"),
    [
        ({}, "is not a bag: it has no metadata.yaml and no .mcap or .db3 file"),
        ({"a.mcap": b"", "b.mcap": b""}, "2 files .* run `ros2 bag reindex "),
        ({"a.mcap.zstd": b"\x28\xb5\x2f\xfd..."}, "a.mcap.zstd is compressed: run `zstd -d "),
        ({"a.bag": b"#ROSBAG V2.0\n..."}, "of ROS 1: convert it with `rosbags-convert --src .*bag"),
    ],
)
def test_what_is_no_bag_of_ros_2(files: dict[str, bytes], cure: str, tmp_path: Path) -> None:
    for name, content in files.items():
        (tmp_path / name).write_bytes(content)
    with pytest.raises(BagError, match=cure):
        open_bag(tmp_path)


@pytest.mark.parametrize(
    ("content", "cure"),
    [(b"#ROSBAG V2.0\n...", "rosbags-convert"), (b"\x28\xb5\x2f\xfd...", "zstd -d")],
)
def test_files_of_other_formats(content: bytes, cure: str, tmp_path: Path) -> None:
    file = tmp_path / "recorded"
    file.write_bytes(content)
    with pytest.raises(BagError, match=cure):
        open_bag(file)
