"""The inspection data set: the same bytes everywhere, and dials that do what they say."""

import hashlib
import os
import subprocess
import sys

import numpy as np
import pytest
from laecips_eval.datasets import DatasetError
from laecips_eval.datasets.inspection import InspectionFrames
from laecips_eval.inspection_scene.classes import CLASSES
from laecips_eval.inspection_scene.panel.strip import draw_strip
from laecips_eval.inspection_scene.parts.makes import Make
from laecips_eval.inspection_scene.view.drift import DAY_ZERO, Drift

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


@pytest.mark.slow
def test_frames_are_what_they_always_were() -> None:
    assert fingerprint() == EXPECTED


@pytest.mark.slow
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


@pytest.mark.slow
def test_splits_and_seeds_share_no_panel(day_zero: InspectionFrames) -> None:
    others = [
        InspectionFrames("held_out", drift=DAY_ZERO),
        InspectionFrames("train", seed=1),
        InspectionFrames("teacher", drift=DAY_ZERO),
    ]
    labels = [frames[5].label for frames in (day_zero, *others)]
    assert len({label.tobytes() for label in labels}) == len(labels)
    assert [len(frames) for frames in others] == [240, 1200, 2400]


def test_a_teachers_panels_drift_each_in_its_own_way() -> None:
    frames, again = InspectionFrames("teacher"), InspectionFrames("teacher", count=1)
    drifts = [frames.drift_of(scene) for scene in range(20)]
    assert len(set(drifts)) == 20
    assert {drift.variants for drift in drifts} == {0.5}
    for scene in (3, 11):
        assert again.drift_of(scene) == drifts[scene]
    assert InspectionFrames("teacher", seed=1).drift_of(0) != drifts[0]


@pytest.mark.parametrize(
    ("split", "drift"),
    [
        ("train", None),
        ("held_out", None),
        ("train", ALL_AT_ONCE),
        ("teacher", ALL_AT_ONCE),
        ("teacher", DAY_ZERO),
    ],
)
def test_a_given_drift_goes_for_all_panels_and_none_is_day_zero(
    split: str, drift: Drift | None
) -> None:
    frames = InspectionFrames(split, drift=drift)
    assert {frames.drift_of(scene) for scene in range(4)} == {drift or DAY_ZERO}


@pytest.mark.slow
@pytest.mark.parametrize(
    ("split", "stream", "make"),
    [("teacher", 4, Make.FOREIGN), ("train", 1, Make.NEW), ("held_out", 2, Make.NEW)],
)
def test_a_teacher_sees_foreign_parts_where_others_see_the_new_make(
    split: str, stream: int, make: Make
) -> None:
    strip = InspectionFrames(split, drift=Drift(variants=1.0))._strip(5)
    drawn = {
        which: draw_strip(stream, 0, 5, width=strip.width, variants=1.0, make=which)
        for which in (Make.NEW, Make.FOREIGN)
    }
    assert [w for w in drawn if np.array_equal(drawn[w].image, strip.image)] == [make]


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
