"""What refuses a training, and what spoils it."""

import shutil
from pathlib import Path

import cv2
import numpy as np
import pytest
from laecips_cloud.training.data.frame_folder import FrameFolder
from laecips_eval.datasets.checking.survey import survey
from laecips_eval.datasets.checking.verdict import judge, labels_in

LEARNT, HELD_OUT = [f"f{n}" for n in range(8)], ["f8", "f9"]


def verdict(
    root: Path, learnt: list[str] = LEARNT, held_out: list[str] = HELD_OUT
) -> tuple[list[str], list[str]]:
    folder = FrameFolder(root)
    return judge(folder, survey(folder, lambda done, total: None), learnt, held_out)


def write_mask(root: Path, name: str, value: int) -> None:
    cv2.imwrite(str(root / "labels" / f"{name}.png"), np.full((24, 32), value, np.uint8))


def test_a_good_folder(plant: Path) -> None:
    assert verdict(plant) == ([], [])


def test_labels_of_frames_that_could_be_read(plant: Path) -> None:
    (plant / "labels" / "f1.png").write_bytes(b"")
    seen = survey(FrameFolder(plant), lambda done, total: None)
    assert labels_in(seen, ["f0", "f1", "f2"])[:2].tolist() == [60 * 24, 4 * 24]
    assert labels_in(seen, ["f1"]).tolist() == [0] * 256


def test_a_class_that_is_not_learnt(plant: Path) -> None:
    for name in LEARNT:
        write_mask(plant, name, 0)
    (refusal,), notes = verdict(plant)
    assert refusal.startswith("what is learnt from: no pixel of dent in 8 frames; label some")
    assert notes == []


def test_masks_of_0_and_255(plant: Path) -> None:
    for path in plant.glob("labels/*"):
        cv2.imwrite(str(path), cv2.imread(str(path), cv2.IMREAD_UNCHANGED) * 255)
    (refusal,), notes = verdict(plant)
    assert refusal.endswith("if masks say dent by 255, write values: [0, 255] into classes.yaml")
    assert notes == ["no pixel of dent is held out: nothing will measure it"]
    (plant / "classes.yaml").write_text("classes: [good, dent]\nvalues: [0, 255]")
    assert verdict(plant) == ([], [])


def test_what_cannot_be_read_is_told_instead_of_what_it_leads_to(plant: Path) -> None:
    for name in LEARNT:
        write_mask(plant, name, 7)
    refused, _ = verdict(plant)
    assert len(refused) == 1
    assert "label 7 of 2 classes" in refused[0]


def test_too_few_held_out(plant: Path) -> None:
    assert verdict(plant, LEARNT, ["f8"])[0] == [
        "frames held out: 1, 2 are needed; take more pictures, or hold out a larger share by "
        "splits.yaml or --held-out"
    ]


def test_why_there_are_no_parts(plant: Path) -> None:
    folder = FrameFolder(plant)
    seen = survey(folder, lambda done, total: None)
    assert judge(folder, seen, (), (), "no split")[0] == ["no split"]


def _dealt(root: Path) -> None:
    (root / "splits.yaml").write_text("{train: [f0, f1], held_out: [f8, f9]}")


def _unlabelled(root: Path) -> None:
    for number in range(3, 10):
        write_mask(root, f"f{number}", 255)


def _copy(root: Path) -> None:
    shutil.copy(root / "images" / "f1.png", root / "images" / "f8.png")
    shutil.copy(root / "images" / "f2.png", root / "images" / "f3.png")


def _darker(root: Path) -> None:
    picture = cv2.imread(str(root / "images" / "f4.png"))
    cv2.imwrite(str(root / "images" / "f9.png"), picture // 2)


@pytest.mark.parametrize(
    ("spoil", "expected"),
    [
        (_dealt, ["frames in no split, left out: 6 (f2, f3, f4, ...)"]),
        (
            _unlabelled,
            [
                "no pixel of good, dent is held out: nothing will measure it",
                "70.0% of the pixels have no class, and teach nothing",
            ],
        ),
        (
            _copy,
            [
                "held-out pictures that are learnt from too, byte for byte; take one of each away: "
                "1 (f8 = f1)",
                "pictures that are there more than once: 1 (f2 = f3)",
            ],
        ),
        (
            _darker,
            [
                "held-out pictures that look like one that is learnt from, which measures too "
                "well; split by time or place, not by lot: 1 (f9 ~ f4)"
            ],
        ),
    ],
)
def test_notes(spoil: object, expected: list[str], plant: Path) -> None:
    spoil(plant)
    assert verdict(plant) == ([], expected)
