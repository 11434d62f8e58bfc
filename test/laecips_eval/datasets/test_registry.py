"""Data sets by name."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from laecips_cloud.training.data.labelled_frames import UNLABELLED
from laecips_eval.datasets import DATASETS, DatasetError, open_dataset
from laecips_eval.inspection_scene.view.drift import Drift

REAL = Path(__file__).resolve().parents[3].parent / "shared" / "camvid"


def test_inspection_with_options() -> None:
    frames = open_dataset(
        "inspection", split="held_out", count=4, seed=2, drift=Drift(dust=0.5), defect_rate=2.0
    )
    assert len(frames) == 4
    assert frames.classes[0] == "panel"


@pytest.mark.parametrize(
    ("name", "arguments", "message"),
    [
        ("kitti", {}, "no data set is named 'kitti': there are camvid, folder, inspection"),
        ("inspection", {"root": "here"}, "needs no root: drop 'here'"),
        ("inspection", {"colour": 1}, "inspection: .*colour"),
        ("camvid", {}, "camvid needs a root"),
        ("folder", {}, "folder needs a root: the folder with images, labels and classes.yaml"),
        ("camvid", {"root": Path("/nonexistent")}, "/nonexistent: no such folder"),
    ],
)
def test_errors(name: str, arguments: dict[str, Any], message: str) -> None:
    with pytest.raises(DatasetError, match=message):
        open_dataset(name, split="train", **arguments)


@pytest.mark.parametrize("name", ["camvid", "folder"])
def test_a_folder_by_either_name(name: str, camvid: Path) -> None:
    frames = open_dataset(name, root=str(camvid), split="dusk,day")
    assert [frames[index].name for index in range(len(frames))] == ["i", "j", "f", "g", "h"]
    assert frames[0].label[0, 0] == UNLABELLED


@pytest.mark.skipif(not REAL.is_dir(), reason=f"CamVid is not at {REAL}: it is no part of a clone")
@pytest.mark.parametrize(("split", "count"), [("pretrain", 123), ("task1", 81), ("burst", 101)])
def test_the_real_camvid(split: str, count: int) -> None:
    frames = open_dataset("camvid", root=REAL, split=split)
    assert len(frames) == count
    assert len(frames.classes) == len(frames.palette) == 11
    frame = frames[count - 1]
    assert frame.image.shape == (360, 480, 3)
    assert set(np.unique(frame.label)) <= {*range(11), UNLABELLED}


def test_names() -> None:
    assert set(DATASETS) == {"camvid", "folder", "inspection"}
