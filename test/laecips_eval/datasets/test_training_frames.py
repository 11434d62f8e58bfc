"""Which frames are learnt from, and which are kept back."""

import re
from pathlib import Path
from typing import Any

import pytest
from laecips_cloud.training.data.labelled_frames import LabelledFrames
from laecips_eval.datasets import DatasetError, open_dataset
from laecips_eval.datasets.training_frames import (
    PAIR,
    TEACHER,
    Slice,
    open_training_frames,
    require_learnable,
)

REAL = Path(__file__).resolve().parents[3].parent / "shared" / "camvid"
needs_camvid = pytest.mark.skipif(
    not REAL.is_dir(), reason=f"CamVid is not at {REAL}: it is no part of a clone"
)


def names(frames: LabelledFrames) -> list[str]:
    return [frames[index].name for index in range(len(frames))]


@pytest.mark.slow
@pytest.mark.parametrize(
    ("arguments", "learnt", "kept_back"),
    [
        ({}, ("train", 1200), ("held_out", 240)),
        ({"role": TEACHER}, ("teacher", 2400), ("held_out", 240)),
        ({"count": 3, "held_out_count": 2}, ("train", 3), ("held_out", 2)),
        ({"split": "held_out", "held_out": ".25"}, ("held_out", 180), ("held_out", 60)),
        ({"split": "held_out", "held_out": "0.001"}, ("held_out", 239), ("held_out", 1)),
        # More than there are is all there are.
        ({"count": 5000, "held_out_count": 5000}, ("train", 5000), ("held_out", 5000)),
    ],
)
def test_splits_and_numbers(
    arguments: dict[str, Any], learnt: tuple[str, int], kept_back: tuple[str, int]
) -> None:
    parts = open_training_frames("inspection", **arguments)
    for frames, (split, count) in zip(parts, (learnt, kept_back), strict=True):
        assert len(frames) == count
        assert frames[0].name.startswith(f"{split}-")


def test_a_share_is_kept_back_at_the_end_before_any_are_left_out() -> None:
    frames, held_out = open_training_frames(
        "inspection", split="held_out", held_out="0.025", count=2, held_out_count=3
    )
    assert names(frames) == ["held_out-0000-0", "held_out-0000-1"]
    assert names(held_out) == ["held_out-0029-2", "held_out-0029-3", "held_out-0029-4"]


@pytest.mark.parametrize(
    ("dataset", "arguments", "message"),
    [
        ("kitti", {}, "no data set is named 'kitti'"),
        ("inspection", {"split": "day"}, "inspection has no split 'day'"),
        ("inspection", {"held_out": "night"}, "inspection has no split 'night'"),
        ("inspection", {"held_out": "1.5"}, "inspection has no split '1.5'"),
        ("inspection", {"count": 0}, "0 frames were asked for: ask for at least 1"),
        ("inspection", {"held_out_count": -1}, "-1 frames were asked for: ask for at least 1"),
        ("camvid", {}, "camvid needs a root"),
    ],
)
def test_what_cannot_be(dataset: str, arguments: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=re.escape(message)):
        open_training_frames(dataset, **arguments)


def test_a_slice_is_a_data_set_of_its_own() -> None:
    whole = open_dataset("inspection", split="train")
    part = Slice(whole, range(4, 7))
    assert names(part) == ["train-0000-4", "train-0000-5", "train-0000-6"]
    assert (part.classes, part.palette) == (whole.classes, whole.palette)
    with pytest.raises(IndexError):
        part[3]


@pytest.mark.parametrize(
    ("splits", "arguments", "learnt", "held_out"),
    [
        (None, {}, "abcdefgh", "ij"),
        (None, {"held_out": "0.5"}, "abcde", "fghij"),
        (None, {"held_out": "0.5", "count": 3, "held_out_count": 2}, "ace", "fj"),
        ("by: time", {}, "abcdefgh", "ij"),
        ("by: time", {"split": "held_out"}, "", "ij"),
        ("{train: [a, c], val: [b], test: [d]}", {}, "ac", "b"),
        ("{train: [e, a, c, d, b], test: [f]}", {}, "eacd", "b"),
        ("{train: [a], val: [b], x: [c, d]}", {"split": "x"}, "cd", "b"),
        ("{y: [a], x: [c, d]}", {"split": "x", "held_out": "y"}, "cd", "a"),
        ("{y: [a], x: [c, d]}", {"split": "x"}, "c", "d"),
    ],
)
@pytest.mark.parametrize("role", [PAIR, TEACHER])
def test_of_a_folder_its_own_splits_are_usual(
    splits: str | None,
    arguments: dict[str, Any],
    learnt: str,
    held_out: str,
    role: str,
    camvid: Path,
) -> None:
    (camvid / "splits.yaml").unlink()
    if splits:
        (camvid / "splits.yaml").write_text(splits)
    if not learnt:
        with pytest.raises(DatasetError, match="i is to be learnt from and to be held out; take"):
            open_training_frames("folder", role=role, root=camvid, **arguments)
        return
    parts = open_training_frames("folder", role=role, root=camvid, **arguments)
    assert ["".join(names(part)) for part in parts] == [learnt, held_out]


def test_a_folder_without_a_split_to_learn_from(camvid: Path) -> None:
    with pytest.raises(DatasetError, match="no split of day, dusk, pretrain is named train"):
        open_training_frames("folder", root=camvid)


def test_what_is_left_out_of_a_folder_is_told(camvid: Path) -> None:
    (camvid / "splits.yaml").unlink()
    for file in ("labels/b.png", "labels/d.png", "images/c.jpg"):
        (camvid / file).unlink()
    told: list[str] = []
    open_training_frames("folder", root=camvid, tell=told.append)
    assert told == [
        f"{camvid}: left out, as they have no mask: 2 files, such as {camvid}/images/b.jpg",
        f"{camvid}: left out, as they have no picture: 1 files, such as {camvid}/labels/c.png",
    ]


def test_frames_in_which_a_class_is_never_seen(camvid: Path) -> None:
    frames, _ = open_training_frames("folder", root=camvid, split="day")
    require_learnable(frames, where="plant")
    (camvid / "classes.yaml").write_text(
        "classes: [belt, part, screw, scratch, nut]\nignore_index: 11"
    )
    frames, _ = open_training_frames("folder", root=camvid, split="day", held_out="dusk")
    with pytest.raises(DatasetError, match="plant: no pixel of nut in 3 frames; label some"):
        require_learnable(frames, where="plant")


@pytest.fixture(scope="module")
def of_camvid() -> dict[str, list[list[str]]]:
    """Names of the frames that are learnt from and of the held-out ones, by role."""
    return {
        role: [names(frames) for frames in open_training_frames("camvid", role=role, root=REAL)]
        for role in (PAIR, TEACHER)
    }


@needs_camvid
@pytest.mark.slow
def test_of_camvid_a_teacher_keeps_back_what_the_pair_does(
    of_camvid: dict[str, list[list[str]]],
) -> None:
    (pair, pair_held_out), (teacher, teacher_held_out) = of_camvid[PAIR], of_camvid[TEACHER]
    assert pair_held_out == teacher_held_out
    assert not set(teacher_held_out) & set(teacher)
    assert set(pair) < set(teacher)


@needs_camvid
@pytest.mark.slow
@pytest.mark.parametrize("number", [1, 2, 3, 4, 5])
def test_of_camvid_no_frame_of_a_measured_stream_is_learnt_from(
    number: int, of_camvid: dict[str, list[list[str]]]
) -> None:
    stream = names(open_dataset("camvid", root=REAL, split=f"task{number}_stream"))
    for parts in of_camvid.values():
        for part in parts:
            assert not set(stream) & set(part)
