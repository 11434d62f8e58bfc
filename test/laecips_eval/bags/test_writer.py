"""Writing bags: by the standard, and all or nothing."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import yaml
from laecips_edge.core.image.codecs import encode_jpeg
from laecips_eval.bags import BagError, BagWriter, Legend, open_bag
from rosbags.rosbag2 import Reader

PICTURE = encode_jpeg(np.zeros((8, 8, 3), np.uint8), 90)


@pytest.fixture
def written(tmp_path: Path) -> Path:
    with BagWriter(tmp_path / "bag", legend=Legend(), rate_hz=4) as bag:
        bag.add(PICTURE, None)
        bag.add(PICTURE, None)
    return tmp_path / "bag"


def test_metadata_as_ros2_bag_wants_it(written: Path) -> None:
    content = yaml.safe_load((written / "metadata.yaml").read_text())
    information: dict[str, Any] = content["rosbag2_bagfile_information"]
    assert information["version"] == 9
    assert information["storage_identifier"] == "mcap"
    assert information["relative_file_paths"] == ["bag.mcap"]
    assert information["compression_mode"] == ""
    assert information["duration"]["nanoseconds"] == 250_000_000
    topics = {
        entry["topic_metadata"]["name"]: (entry["topic_metadata"], entry["message_count"])
        for entry in information["topics_with_message_count"]
    }
    assert {name: count for name, (_, count) in topics.items()} == {
        "/camera/image/compressed": 2,
        "/camera/truth": 0,
        "/camera/classes": 1,
    }
    for name, durability in (
        ("/camera/image/compressed", "volatile"),
        ("/camera/classes", "transient_local"),
    ):
        (offered,) = topics[name][0]["offered_qos_profiles"]
        assert (offered["reliability"], offered["durability"]) == ("reliable", durability)
        assert topics[name][0]["type_description_hash"].startswith("RIHS01_")


def test_types_come_with_their_definitions(written: Path) -> None:
    with Reader(written) as reader:
        definitions = {found.topic: found.msgdef.data for found in reader.connections}
    assert "uint8[] data" in definitions["/camera/image/compressed"]
    assert "string data" in definitions["/camera/classes"]


def test_what_the_labels_mean_comes_first(written: Path) -> None:
    with Reader(written) as reader:
        first = next(iter(reader.messages()))[0]
    assert first.topic == "/camera/classes"


def test_the_path_must_be_free(written: Path) -> None:
    with pytest.raises(BagError, match="exists already: choose another name"):
        BagWriter(written, legend=Legend(), rate_hz=10)


@pytest.mark.parametrize("rate", [0.0, -1.0, float("nan")])
def test_the_rate_must_be_possible(tmp_path: Path, rate: float) -> None:
    with pytest.raises(BagError, match="give a rate above 0"):
        BagWriter(tmp_path / "b", legend=Legend(), rate_hz=rate)


def test_nothing_is_left_after_an_error(tmp_path: Path) -> None:
    def interrupted() -> None:
        with BagWriter(tmp_path / "b", legend=Legend(), rate_hz=10) as bag:
            bag.add(PICTURE, None)
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupted()
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("size", [10, 200_000])
def test_a_full_disk_is_told_and_nothing_is_left(
    tmp_path: Path, full_after: Callable[[int | None], None], size: int
) -> None:
    noise = np.random.default_rng(0).bytes(20_000)  # what no compression makes smaller
    written = 0

    def fill() -> None:
        nonlocal written
        with BagWriter(tmp_path / "b", legend=Legend(), rate_hz=10) as bag:
            while written < 1000:
                bag.add(noise, None)
                written += 1

    full_after(size)
    with pytest.raises(BagError, match=r"b cannot be written: .*: free some space or choose"):
        fill()
    full_after(None)
    assert written < 1000
    assert not list(tmp_path.iterdir())


def test_folders_above_are_made(tmp_path: Path) -> None:
    with BagWriter(tmp_path / "deep" / "er" / "b", legend=Legend(), rate_hz=10) as bag:
        bag.add(PICTURE, None)
    assert len(open_bag(tmp_path / "deep" / "er" / "b")) == 1
