"""The reason of the first picture that cannot be read."""

from pathlib import Path

import numpy as np
from laecips_edge.core.image.codecs import encode_jpeg
from laecips_eval.bags import BagWriter, Legend, open_bag
from laecips_eval.bags.unreadable import first_unreadable


def test_only_the_pictures_that_are_asked_for_count(tmp_path: Path) -> None:
    jpeg = encode_jpeg(np.zeros((16, 24, 3), np.uint8), 90)
    with BagWriter(tmp_path / "bag", legend=Legend(), rate_hz=10) as writer:
        for data in (jpeg, b"torn", jpeg[:-2], jpeg):
            writer.add(data, None)
    bag = open_bag(tmp_path / "bag")
    first, torn, cut, last = (frame.stamp_ns for frame in bag.frames())
    assert "neither JPEG nor PNG" in first_unreadable(bag, [first, torn, cut])
    assert "truncated" in first_unreadable(bag, [first, cut])
    assert first_unreadable(bag, [first, last]) == first_unreadable(bag, []) == ""
