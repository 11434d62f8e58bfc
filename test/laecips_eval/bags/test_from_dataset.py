"""Bags from data sets."""

from pathlib import Path

import numpy as np
import pytest
from laecips_eval.bags import BagError, Segment, open_bag
from laecips_eval.bags.from_dataset import bag_splits
from laecips_eval.datasets import open_dataset
from laecips_eval.datasets.inspection import InspectionFrames


@pytest.fixture(scope="module")
def splits() -> list[tuple[str, InspectionFrames]]:
    return [("one", InspectionFrames("train", count=2)), ("two", InspectionFrames(count=3, seed=1))]


def test_splits_become_segments(splits: list[tuple[str, InspectionFrames]], tmp_path: Path) -> None:
    seen: list[tuple[int, int]] = []
    path = tmp_path / "bag"
    count = bag_splits(
        path, splits, rate_hz=5, jpeg_quality=95, progress=lambda *done: seen.append(done)
    )
    bag = open_bag(path)
    assert count == len(bag) == 5
    assert bag.segments == (Segment("one", 0, 2), Segment("two", 2, 5))
    assert bag.classes == tuple(splits[0][1].classes)
    assert seen == [(number, 5) for number in range(1, 6)]
    frames, truth = list(bag.frames()), bag.truth()
    original = splits[1][1][2]
    assert np.array_equal(truth[frames[4].stamp_ns], original.label)
    assert np.abs(frames[4].rgb().astype(int) - original.image).mean() < 3


class Other(InspectionFrames):
    classes = ("sky",)
    palette = ((0, 0, 0),)


def test_errors(splits: list[tuple[str, InspectionFrames]], tmp_path: Path) -> None:
    path = tmp_path / "bag"
    with pytest.raises(BagError, match="at least one split"):
        bag_splits(path, [], rate_hz=5, jpeg_quality=95)
    with pytest.raises(BagError, match="JPEG quality is 0"):
        bag_splits(path, splits, rate_hz=5, jpeg_quality=0)
    with pytest.raises(BagError, match="split three has other classes than one"):
        bag_splits(path, [*splits, ("three", Other(count=1))], rate_hz=5, jpeg_quality=95)
    assert not path.exists()
    assert open_dataset("inspection", split="train", count=1).classes[0] == "panel"
