"""Which frames are learnt from, and which are kept back."""

import re
from pathlib import Path
from typing import Any

import pytest
from laecips_cloud.training.data.labelled_frames import LabelledFrames
from laecips_eval.datasets import open_dataset
from laecips_eval.datasets.training_frames import PAIR, TEACHER, Slice, open_training_frames

REAL = Path(__file__).resolve().parents[3].parent / "shared" / "camvid"
needs_camvid = pytest.mark.skipif(
    not REAL.is_dir(), reason=f"CamVid is not at {REAL}: it is no part of a clone"
)


def names(frames: LabelledFrames) -> list[str]:
    return [frames[index].name for index in range(len(frames))]


@pytest.mark.parametrize(
    ("arguments", "learnt", "kept_back"),
    [
        ({}, ("train", 1200), ("held_out", 240)),
        ({"role": TEACHER}, ("teacher", 2400), ("held_out", 240)),
        ({"count": 3, "held_out_count": 2}, ("train", 3), ("held_out", 2)),
        ({"split": "teacher", "held_out": "train"}, ("teacher", 2400), ("train", 1200)),
        ({"split": "held_out", "held_out": "0.25"}, ("held_out", 180), ("held_out", 60)),
        ({"split": "held_out", "held_out": ".1"}, ("held_out", 216), ("held_out", 24)),
        ({"split": "held_out", "held_out": "0.001"}, ("held_out", 239), ("held_out", 1)),
        # More than there are is all there are.
        ({"count": 5000, "held_out_count": 5000}, ("train", 1200), ("held_out", 240)),
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


@needs_camvid
def test_of_camvid_a_teacher_keeps_back_what_the_pair_does() -> None:
    pair, pair_held_out = open_training_frames("camvid", root=REAL)
    teacher, teacher_held_out = open_training_frames("camvid", role=TEACHER, root=REAL)
    assert names(pair_held_out) == names(teacher_held_out)
    assert not set(names(teacher_held_out)) & set(names(teacher))
    assert set(names(pair)) < set(names(teacher))


@needs_camvid
@pytest.mark.parametrize("number", [1, 2, 3, 4, 5])
def test_of_camvid_no_frame_of_a_measured_stream_is_learnt_from(number: int) -> None:
    stream = open_dataset("camvid", root=REAL, split=f"task{number}_stream")
    for role in (PAIR, TEACHER):
        for frames in open_training_frames("camvid", role=role, root=REAL):
            assert not set(names(stream)) & set(names(frames))
