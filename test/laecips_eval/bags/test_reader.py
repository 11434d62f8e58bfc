"""Reading bags: what was written, other people's, and what is none."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from laecips_edge.core.image.codecs import encode_jpeg, encode_png
from laecips_eval.bags import BagError, BagWriter, Legend, Segment, open_bag
from rosbags.rosbag2 import StoragePlugin, Writer
from rosbags.typesys import Stores, get_typestore

LEGEND = Legend(
    ("sky", "road"), ((1, 2, 3), (4, 5, 6)), (Segment("dawn", 0, 2), Segment("day", 2, 3))
)
TYPES = get_typestore(Stores.ROS2_JAZZY)


def picture(index: int) -> np.ndarray:
    image = np.zeros((16, 24, 3), np.uint8)
    image[:, : 4 * index + 4] = (200, 30, 60)
    return image


def label(index: int) -> np.ndarray:
    truth = np.zeros((16, 24), np.uint8)
    truth[:, : 4 * index + 4] = 1
    truth[0] = 255
    return truth


@pytest.fixture
def bag_path(tmp_path: Path) -> Path:
    with BagWriter(tmp_path / "bag", legend=LEGEND, rate_hz=10) as bag:
        for index in range(3):
            bag.add(encode_jpeg(picture(index), 95), encode_png(label(index)))
    return tmp_path / "bag"


def foreign_bag(path: Path, messages: list[tuple[str, str, Any]], plugin: StoragePlugin) -> Path:
    """A bag as somebody else may have recorded it: (topic, type, message)."""
    with Writer(path, version=9, storage_plugin=plugin) as writer:
        topics: dict[str, Any] = {}
        for number, (topic, kind, message) in enumerate(messages):
            if topic not in topics:
                topics[topic] = writer.add_connection(topic, kind, typestore=TYPES)
            data = TYPES.serialize_cdr(message, kind)
            writer.write(topics[topic], 1000 + number, data)
    return path


def raw_image(index: int, encoding: str = "bgr8") -> tuple[str, Any]:
    types, pixels = TYPES.types, picture(index)[:, :, ::-1]
    return "sensor_msgs/msg/Image", types["sensor_msgs/msg/Image"](
        header=types["std_msgs/msg/Header"](
            stamp=types["builtin_interfaces/msg/Time"](sec=5, nanosec=index), frame_id="eye"
        ),
        height=16,
        width=24,
        encoding=encoding,
        is_bigendian=0,
        step=72,
        data=np.ascontiguousarray(pixels).ravel(),
    )


def text(words: str) -> tuple[str, Any]:
    return "std_msgs/msg/String", TYPES.types["std_msgs/msg/String"](data=words)


def test_what_was_written_is_read(bag_path: Path) -> None:
    bag = open_bag(bag_path)
    frames, truth = list(bag.frames()), bag.truth()
    assert (len(bag), bag.kind, bag.image_topic) == (3, "compressed", "/camera/image/compressed")
    assert (bag.classes, bag.segments) == (LEGEND.classes, LEGEND.segments)
    assert list(truth) == [frame.stamp_ns for frame in frames]
    for index, frame in enumerate(frames):
        assert frame.frame_id == "camera_optical_frame"
        assert frame.payload.data == encode_jpeg(picture(index), 95), "not verbatim"
        assert frame.rgb().shape == (16, 24, 3)
        assert frame.rgb()[8, 1, 0] > 180
        assert np.array_equal(truth[frame.stamp_ns], label(index))


def test_frames_come_in_time_order_at_the_rate(bag_path: Path) -> None:
    stamps = [frame.stamp_ns for frame in open_bag(bag_path).frames()]
    assert np.diff(stamps).tolist() == [100_000_000] * 2


def test_a_bag_can_be_read_twice_at_once(bag_path: Path) -> None:
    bag = open_bag(bag_path)
    assert [a == b for a, b in zip(bag.frames(), bag.frames(), strict=True)] == [True] * 3


def test_a_single_file_is_a_bag_too(bag_path: Path) -> None:
    assert open_bag(bag_path / "bag.mcap").digests() == open_bag(bag_path).digests()


@pytest.mark.parametrize("plugin", [StoragePlugin.MCAP, StoragePlugin.SQLITE3])
def test_raw_pictures_of_other_bags(tmp_path: Path, plugin: StoragePlugin) -> None:
    path = foreign_bag(
        tmp_path / "raw",
        [
            ("/eye/image_raw", *raw_image(0)),
            ("/chatter", *text("hi")),
            ("/eye/image_raw", *raw_image(1)),
        ],
        plugin,
    )
    bag = open_bag(path)
    frames = list(bag.frames())
    assert (bag.kind, bag.image_topic, len(bag)) == ("raw", "/eye/image_raw", 2)
    assert [frame.stamp_ns for frame in frames] == [5 * 10**9, 5 * 10**9 + 1]
    assert frames[0].frame_id == "eye"
    assert np.array_equal(frames[1].rgb(), picture(1))
    assert (bag.classes, bag.segments, dict(bag.truth())) == ((), (), {})


def test_raw_truth(tmp_path: Path) -> None:
    kind, message = raw_image(0, "mono8")
    truth = np.arange(16 * 30, dtype=np.uint8).reshape(16, 30) % 2
    message.step, message.data = 30, truth.ravel()
    path = foreign_bag(
        tmp_path / "b",
        [("/i", *raw_image(0)), ("/camera/truth", kind, message)],
        StoragePlugin.MCAP,
    )
    assert np.array_equal(open_bag(path).truth()[5 * 10**9], truth[:, :24])


@pytest.mark.parametrize(
    ("stamp", "expected"),
    [
        (0, [1000, 1002, 1004]),  # the times of recording
        (
            5 * 10**9,
            [5 * 10**9, 5 * 10**9 + 2, 5 * 10**9 + 4],
        ),  # as recorded
    ],
)
def test_pictures_that_share_a_stamp_are_told_apart_with_their_truth(
    tmp_path: Path, stamp: int, expected: list[int]
) -> None:
    messages = []
    for index in range(3):
        for topic, (kind, message) in (
            ("/eye/image_raw", raw_image(index)),
            ("/camera/truth", raw_image(index, "mono8")),
        ):
            message.header.stamp.sec, message.header.stamp.nanosec = stamp // 10**9, 0
            if topic == "/camera/truth":
                message.step, message.data = 24, np.full(16 * 24, index, np.uint8)
            messages.append((topic, kind, message))
    bag = open_bag(foreign_bag(tmp_path / "same", messages, StoragePlugin.MCAP))
    frames, truth = list(bag.frames()), bag.truth()
    assert [frame.stamp_ns for frame in frames] == expected
    for index, frame in enumerate(frames):
        np.testing.assert_array_equal(frame.rgb(), picture(index))
        assert (truth[frame.stamp_ns] == index).all()


def test_digests_see_pictures_truth_and_stamps(tmp_path: Path, bag_path: Path) -> None:
    digests = [open_bag(bag_path).digests()]
    for name, quality, shift, rate in (("q", 40, 0, 10), ("t", 95, 1, 10), ("r", 95, 0, 5)):
        with BagWriter(tmp_path / name, legend=LEGEND, rate_hz=rate) as bag:
            for index in range(3):
                truth = np.roll(label(index), shift, axis=1)
                bag.add(encode_jpeg(picture(index), quality), encode_png(truth))
        digests.append(open_bag(tmp_path / name).digests())
    assert len(set(map(tuple, digests))) == 4
    assert open_bag(bag_path).digests() == digests[0]


def test_a_topic_that_is_not_there_is_answered_with_those_that_are(bag_path: Path) -> None:
    with pytest.raises(BagError, match=r"no topic /eye: it has .*/camera/image/compressed \(sens"):
        open_bag(bag_path, "/eye")
    with pytest.raises(BagError, match="/camera/classes carries std_msgs/msg/String"):
        open_bag(bag_path, "/camera/classes")


@pytest.mark.parametrize(
    ("topics", "message"),
    [
        ([("/chatter", *text("hi"))], "no topic with pictures: record a .*; it has /chatter"),
        ([("/a", *raw_image(0)), ("/b", *raw_image(0))], "pictures: name one: /a, /b$"),
    ],
)
def test_which_topic(tmp_path: Path, topics: list[tuple[str, str, Any]], message: str) -> None:
    path = foreign_bag(tmp_path / "b", topics, StoragePlugin.MCAP)
    with pytest.raises(BagError, match=message):
        open_bag(path)


def test_what_is_no_bag(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    (tmp_path / "notes.txt").write_text("hello")
    for name, message in (
        ("nowhere", "there is no bag"),
        ("empty", "is not a bag: it has no metadata.yaml"),
        ("notes.txt", "is not a bag, or is truncated"),
    ):
        with pytest.raises(BagError, match=message):
            open_bag(tmp_path / name)


@pytest.mark.parametrize("share", [0.0, 0.3, 0.99])
def test_a_truncated_file(bag_path: Path, share: float) -> None:
    file = bag_path / "bag.mcap"
    whole = file.read_bytes()
    file.write_bytes(whole[: int(len(whole) * share)])
    with pytest.raises(BagError, match="truncated"):
        open_bag(bag_path)


def test_a_damaged_chunk(bag_path: Path) -> None:
    file = bag_path / "bag.mcap"
    whole = bytearray(file.read_bytes())
    start = whole.index(b"\x28\xb5\x2f\xfd")  # where the compressed chunk begins
    whole[start + 40 : start + 400] = bytes(360)
    file.write_bytes(whole)
    with pytest.raises(BagError, match="is damaged: message 0"):
        list(open_bag(bag_path).frames())


def test_a_truncated_picture(tmp_path: Path) -> None:
    with BagWriter(tmp_path / "b", legend=LEGEND, rate_hz=10) as bag:
        stamp = bag.add(encode_jpeg(picture(0), 95)[:300], encode_png(label(0)))
    (frame,) = open_bag(tmp_path / "b").frames()
    with pytest.raises(BagError, match=f"stamp {stamp}: .*truncated"):
        frame.rgb()


@pytest.mark.parametrize(
    ("truth", "message"),
    [
        (encode_png(np.full((4, 4), 9, np.uint8)), "has label 9: there are 2 classes"),
        (encode_png(label(0))[:60], "truncated"),
        (encode_jpeg(picture(0), 90), "not a PNG"),
    ],
)
def test_bad_truth(tmp_path: Path, truth: bytes, message: str) -> None:
    with BagWriter(tmp_path / "b", legend=LEGEND, rate_hz=10) as bag:
        stamp = bag.add(encode_jpeg(picture(0), 95), truth)
    labels = open_bag(tmp_path / "b").truth()
    with pytest.raises(BagError, match=message):
        labels[stamp]


def test_disturbances_have_a_topic_of_their_own(tmp_path: Path, bag_path: Path) -> None:
    assert open_bag(bag_path).disturbances == ()
    legend = Legend(disturbances=[Segment("glare", 0, 1)])
    with BagWriter(tmp_path / "patrol", legend=legend) as made:
        made.add(encode_jpeg(picture(0), 95), None)
    bag = open_bag(tmp_path / "patrol")
    assert bag.disturbances == (Segment("glare", 0, 1),)
    assert bag.segments == ()
    assert bag.others == {}
