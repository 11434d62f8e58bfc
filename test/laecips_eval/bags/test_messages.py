"""Messages of any bag, one at a time."""

from pathlib import Path

import numpy as np
import pytest
from laecips_edge.core.image.codecs import encode_jpeg, encode_png
from laecips_eval.bags import BagError, BagWriter, Legend
from laecips_eval.bags.messages import read_messages, topics_in
from laecips_eval.bags.topics import CLASSES, COMPRESSED_IMAGE, IMAGE, TRUTH
from rosbags.typesys import Stores, get_typestore

TYPES = get_typestore(Stores.ROS2_JAZZY)


@pytest.fixture
def bag(tmp_path: Path) -> Path:
    with BagWriter(tmp_path / "bag", legend=Legend(["a"], [(0, 0, 0)]), rate_hz=10) as writer:
        for grey in (0, 100, 200):
            picture = np.full((4, 6, 3), grey, np.uint8)
            writer.add(encode_jpeg(picture, 90), encode_png(np.zeros((4, 6), np.uint8)))
    return tmp_path / "bag"


def test_topics_have_whole_types(bag: Path) -> None:
    found = topics_in(bag)
    assert found[IMAGE] == COMPRESSED_IMAGE
    assert {IMAGE, TRUTH, CLASSES} <= found.keys()


def test_messages_of_several_topics_come_in_recorded_order(bag: Path) -> None:
    found = list(read_messages(bag, TYPES, {IMAGE, TRUTH}))
    assert [it.topic for it in found].count(TRUTH) == 3
    assert len(found) == 6
    stamps = [it.recorded_ns for it in found]
    assert stamps == sorted(stamps)
    assert all(it.message.header.frame_id for it in found)


@pytest.mark.parametrize("topics", [[], ["/nobody"]], ids=["none", "unknown"])
def test_other_topics_give_no_messages(bag: Path, topics: list[str]) -> None:
    assert list(read_messages(bag, TYPES, topics)) == []


def test_damage_is_one_line_with_its_place(bag: Path) -> None:
    file = bag / "bag.mcap"
    whole = bytearray(file.read_bytes())
    start = whole.index(b"\x28\xb5\x2f\xfd")  # where the compressed chunk begins
    whole[start + 40 : start + 400] = bytes(360)
    file.write_bytes(whole)
    with pytest.raises(BagError, match=f"is damaged: message 0 of {IMAGE}, {TRUTH}: .*again$"):
        list(read_messages(bag, TYPES, {IMAGE, TRUTH}))
