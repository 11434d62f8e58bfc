"""Data sets by name."""

from pathlib import Path
from typing import Any

import pytest
from laecips_eval.datasets import DATASETS, DatasetError, open_dataset
from laecips_eval.inspection_scene.view.drift import Drift


def test_inspection_with_options() -> None:
    frames = open_dataset(
        "inspection", split="held_out", count=4, seed=2, drift=Drift(dust=0.5), defect_rate=2.0
    )
    assert len(frames) == 4
    assert frames.classes[0] == "panel"


@pytest.mark.parametrize(
    ("name", "arguments", "message"),
    [
        ("kitti", {}, "no data set is named 'kitti': there are camvid, inspection"),
        ("inspection", {"root": "here"}, "needs no root: drop 'here'"),
        ("inspection", {"colour": 1}, "inspection: .*colour"),
        ("camvid", {}, "camvid needs a root"),
        ("camvid", {"root": Path("/nonexistent")}, "no folder /nonexistent"),
    ],
)
def test_errors(name: str, arguments: dict[str, Any], message: str) -> None:
    with pytest.raises(DatasetError, match=message):
        open_dataset(name, split="train", **arguments)


def test_names() -> None:
    assert set(DATASETS) == {"camvid", "inspection"}
