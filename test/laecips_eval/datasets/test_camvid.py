"""CamVid: the real one where it lies beside the project, and a small one for what can go wrong."""

from pathlib import Path

import cv2
import numpy as np
import pytest
from laecips_cloud.training.data.labelled_frames import UNLABELLED
from laecips_eval.datasets.camvid import CamVid
from laecips_eval.datasets.errors import DatasetError

REAL = Path(__file__).resolve().parents[3].parent / "shared" / "camvid"


@pytest.fixture
def small(tmp_path: Path) -> Path:
    """Two frames, two classes, void 2."""
    for folder in ("images", "labels"):
        (tmp_path / folder).mkdir()
    for name in ("a", "b"):
        image = np.zeros((8, 12, 3), np.uint8)
        image[:, :, 2] = 200  # red, as OpenCV writes it
        cv2.imwrite(str(tmp_path / "images" / f"{name}.jpg"), image)
        label = np.array([[0, 1, 2] * 4] * 8, np.uint8)
        cv2.imwrite(str(tmp_path / "labels" / f"{name}.png"), label)
    (tmp_path / "classes.yaml").write_text(
        "ignore_index: 2\nclasses: [road, sky]\ncolors: [[1, 2, 3], [4, 5, 6]]\n"
    )
    (tmp_path / "splits.yaml").write_text("first: [b, a]\nsecond: [a]\n")
    return tmp_path


def test_frames_in_the_order_of_the_split(small: Path) -> None:
    frames = CamVid(small, "first")
    assert [frames[index].name for index in range(len(frames))] == ["b", "a"]
    assert frames.classes == ("road", "sky")
    assert frames.palette == ((1, 2, 3), (4, 5, 6))


def test_rgb_and_void(small: Path) -> None:
    frame = CamVid(small, "second")[0]
    red, green, blue = frame.image.reshape(-1, 3).mean(axis=0)
    assert red > 190
    assert max(green, blue) < 10
    assert frame.label[0, :3].tolist() == [0, 1, UNLABELLED]
    assert frame.label.dtype == np.uint8


@pytest.mark.parametrize("index", [-1, 2])
def test_past_the_end(small: Path, index: int) -> None:
    with pytest.raises(IndexError, match="has 2 frames"):
        CamVid(small, "first")[index]


def test_splits_with_commas_come_one_after_the_other(small: Path) -> None:
    frames = CamVid(small, "second,first")
    assert [frames[index].name for index in range(len(frames))] == ["a", "b", "a"]


@pytest.mark.parametrize(
    ("split", "unknown"),
    [
        ("third", "third"),
        ("first,third,second", "third"),
        ("first, second", " second"),
        ("first,", ""),
        ("", ""),
    ],
)
def test_unknown_split_lists_the_known(small: Path, split: str, unknown: str) -> None:
    with pytest.raises(DatasetError, match=f"no split '{unknown}': it has first, second"):
        CamVid(small, split)


def test_missing_root(tmp_path: Path) -> None:
    with pytest.raises(DatasetError, match=r"no folder .*nowhere: set root"):
        CamVid(tmp_path / "nowhere", "first")


@pytest.mark.parametrize(
    ("file", "content", "message"),
    [
        ("classes.yaml", None, "classes.yaml is missing: is this the right root"),
        ("splits.yaml", None, "splits.yaml is missing"),
        ("classes.yaml", "classes: [", "not YAML"),
        ("classes.yaml", "classes: [road]\n", "lacks colors, ignore_index"),
        ("splits.yaml", "- a\n", "lacks a mapping"),
        ("labels/a.png", None, "a.png is missing: is the data complete"),
        ("images/a.jpg", None, "a.jpg is missing"),
        ("images/a.jpg", "no picture", "a.jpg: cannot be decoded"),
    ],
)
def test_what_is_missing_or_damaged(
    small: Path, file: str, content: str | None, message: str
) -> None:
    if content is None:
        (small / file).unlink()
    else:
        (small / file).write_text(content)
    with pytest.raises(DatasetError, match=message):
        CamVid(small, "second")[0]


@pytest.mark.parametrize(
    ("label", "message"),
    [
        (np.zeros((4, 12), np.uint8), r"shape \(4, 12\) does not fit"),
        (np.full((8, 12), 7, np.uint8), "label 7 is no class: there are 2"),
    ],
)
def test_labels_that_do_not_fit(small: Path, label: np.ndarray, message: str) -> None:
    cv2.imwrite(str(small / "labels" / "a.png"), label)
    with pytest.raises(DatasetError, match=message):
        CamVid(small, "second")[0]


@pytest.mark.skipif(not REAL.is_dir(), reason=f"CamVid is not at {REAL}: it is no part of a clone")
@pytest.mark.parametrize(("split", "count"), [("pretrain", 123), ("task1", 81), ("burst", 101)])
def test_the_real_one(split: str, count: int) -> None:
    frames = CamVid(REAL, split)
    assert len(frames) == count
    assert len(frames.classes) == len(frames.palette) == 11
    frame = frames[count - 1]
    assert frame.image.shape == (360, 480, 3)
    assert set(np.unique(frame.label)) <= {*range(11), UNLABELLED}
