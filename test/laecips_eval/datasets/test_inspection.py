"""The inspection data set: the same bytes everywhere, and dials that do what they say."""

import hashlib
import os
import subprocess
import sys

import numpy as np
import pytest
from laecips_eval.datasets.errors import DatasetError
from laecips_eval.datasets.inspection import InspectionFrames, defects_in
from laecips_eval.inspection import CLASSES, Drift
from laecips_eval.inspection.classes import DENT, SCRATCH

ALL_AT_ONCE = Drift(variants=0.5, dimming=0.5, warmth=0.5, dust=0.5, blur=0.5, camera=0.5)
# Of these frames, as first drawn. When the scene is changed on purpose: the bags' hashes in
# inspection/recipes.py, the smoke bag and the shipped bundle belong to the old one, too.
EXPECTED = "23a7fd20b1c9c52a"


def fingerprint() -> str:
    digest = hashlib.sha256()
    for frames in (
        InspectionFrames("train", count=24),
        InspectionFrames("held_out", drift=ALL_AT_ONCE),
    ):
        for index in (0, 9, 17):
            digest.update(frames[index].image)
            digest.update(frames[index].label)
    return digest.hexdigest()[:16]


def test_frames_are_what_they_always_were() -> None:
    assert fingerprint() == EXPECTED


def test_an_old_processor_draws_the_same() -> None:
    """Without AVX and the like, which OpenCV and numpy choose at run time."""
    features = "AVX512-SKX,AVX512-COMMON,AVX2,FP16,AVX,SSE4.2,SSE4.1"
    done = subprocess.run(
        [sys.executable, __file__],
        env={
            **os.environ,
            "OPENCV_CPU_DISABLE": features,
            "NPY_DISABLE_CPU_FEATURES": "AVX2 FMA3 AVX512F AVX512_SKX",
        },
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.split()[-1] == EXPECTED


@pytest.fixture(scope="module")
def day_zero() -> InspectionFrames:
    return InspectionFrames("train", count=32)


def test_shape_and_names(day_zero: InspectionFrames) -> None:
    assert len(day_zero) == 32
    assert tuple(day_zero.classes) == CLASSES
    assert len(day_zero.palette) == len(CLASSES)
    frame = day_zero[13]
    assert frame.image.shape == (360, 480, 3)
    assert frame.image.dtype == frame.label.dtype == np.uint8
    assert frame.label.shape == (360, 480)
    assert frame.label.max() < len(CLASSES)
    assert frame.name == "train-0001-5"
    assert len({day_zero[index].name for index in range(32)}) == 32


def test_any_order(day_zero: InspectionFrames) -> None:
    again = InspectionFrames("train", count=32)
    for index in (31, 2, 17):
        assert np.array_equal(day_zero[index].image, again[index].image)
        assert np.array_equal(day_zero[index].label, again[index].label)


def test_all_classes_appear(day_zero: InspectionFrames) -> None:
    labels = np.stack([day_zero[index].label for index in range(32)])
    assert np.unique(labels).tolist() == list(range(len(CLASSES)))


@pytest.mark.parametrize("dial", ["dimming", "warmth", "dust", "blur"])
def test_these_dials_change_the_picture_and_not_the_truth(
    day_zero: InspectionFrames, dial: str
) -> None:
    drifted = InspectionFrames("train", count=32, drift=Drift(**{dial: 0.7}))[5]
    assert np.array_equal(drifted.label, day_zero[5].label)
    change = np.abs(drifted.image.astype(int) - day_zero[5].image)
    assert change.mean() > 4


@pytest.mark.parametrize("dial", ["camera", "variants"])
def test_these_dials_change_both(day_zero: InspectionFrames, dial: str) -> None:
    drifted = InspectionFrames("train", count=32, drift=Drift(**{dial: 1.0}))[5]
    assert (drifted.label != day_zero[5].label).mean() > 0.01
    assert np.abs(drifted.image.astype(int) - day_zero[5].image).mean() > 2


def test_splits_and_seeds_share_no_panel(day_zero: InspectionFrames) -> None:
    others = [InspectionFrames("held_out"), InspectionFrames("train", seed=1)]
    for other in others:
        assert not np.array_equal(other[5].label, day_zero[5].label)
    assert len(others[0]) == 240
    assert len(others[1]) == 1200


def test_describe_names_the_defects(day_zero: InspectionFrames) -> None:
    seen = {name for index in range(32) for name in day_zero.describe(index).defects}
    assert seen == {"scratch", "dent", "missing_screw"}
    assert day_zero.describe(13).name == "train-0001-5"
    assert day_zero.describe(13).scene == 1


def test_a_few_pixels_are_no_defect() -> None:
    label = np.zeros((20, 20), np.uint8)
    label[0, :9] = SCRATCH
    label[5:10, :6] = DENT
    assert defects_in(label) == ("dent",)


@pytest.mark.parametrize("index", [-1, 32])
def test_past_the_end(day_zero: InspectionFrames, index: int) -> None:
    with pytest.raises(IndexError, match="32 frames"):
        day_zero[index]


def test_errors() -> None:
    with pytest.raises(DatasetError, match="no split 'day': it has train, held_out"):
        InspectionFrames("day")
    with pytest.raises(DatasetError, match="count is 0"):
        InspectionFrames("train", count=0)


if __name__ == "__main__":
    print(fingerprint())
