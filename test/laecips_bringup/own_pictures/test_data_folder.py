from pathlib import Path

import cv2
import numpy as np
import pytest
import yaml
from laecips_bringup.own_pictures.data_folder import (
    describe_folder,
    describe_pictures,
    held_out_split,
    keep_few,
)
from laecips_cloud.training.data.errors import DatasetError
from laecips_cloud.training.data.frame_folder import FrameFolder


def draw(images: Path, masks: Path, *names: str, values: tuple[int, ...] = (0, 1, 2)) -> None:
    for number, name in enumerate(names):
        mask = np.full((32, 40), values[number % len(values)], np.uint8)
        for folder, pixels in ((images, mask), (masks, mask)):
            path = folder / f"{name}.png"
            path.parent.mkdir(parents=True, exist_ok=True)
            cv2.imwrite(str(path), pixels)


NAMES = tuple(str(number) for number in range(10))


def test_pictures_are_read_where_they_lie(tmp_path: Path) -> None:
    images, masks, target = tmp_path / "a" / "rgb", tmp_path / "b", tmp_path / "out" / "data"
    draw(images, masks, *NAMES)
    describe_pictures(images, masks, "belt, scratch ,dent", target, by="time")
    assert sorted(path.name for path in target.iterdir()) == [
        *("classes.yaml", "layout.yaml", "splits.yaml"),
    ]
    frames = FrameFolder(target)
    assert frames.classes == ("belt", "scratch", "dent")
    assert frames.names == NAMES
    assert {name: len(names) for name, names in frames.splits.items()} == {
        "train": 8,
        "held_out": 2,
    }
    assert frames[1].label.max() == 1


@pytest.mark.parametrize(
    ("held", "classes", "values"),
    [
        ((0, 1), "good,bad", None),
        ((0, 255), "good,bad", [0, 255]),
        ((0, 100, 200), "a,b,c", [0, 100, 200]),
        ((0, 1, 255), "a,b,c", None),  # 255 may have no class, and c no pixel
    ],
)
def test_values_are_written_where_there_is_no_doubt(tmp_path, held, classes, values) -> None:
    draw(tmp_path / "rgb", tmp_path / "masks", *NAMES, values=held)
    describe_pictures(tmp_path / "rgb", tmp_path / "masks", classes, tmp_path / "data", by="time")
    said = yaml.safe_load((tmp_path / "data" / "classes.yaml").read_text())
    assert said.get("values") == values


@pytest.mark.parametrize(
    ("held", "classes", "message"),
    [
        (
            (0, 1, 2, 255),
            "a,b",
            "masks hold 2, but --classes names only the labels 0 to 1: add a name for each value, "
            "or give a classes.yaml that says the `values`",
        ),
        ((0, 7), "a,b,c", "masks hold 7, but --classes names only the labels 0 to 2: "),
        (tuple(range(9)), "a", "masks hold 1, 2, 3, 4, 5, 6, ..., but --classes names only "),
    ],
)
def test_values_that_no_class_is_named_for_are_refused(tmp_path, held, classes, message) -> None:
    draw(tmp_path / "rgb", tmp_path / "masks", *NAMES, values=held)
    with pytest.raises(DatasetError) as caught:
        describe_pictures(
            tmp_path / "rgb", tmp_path / "masks", classes, tmp_path / "data", by="time"
        )
    assert str(caught.value).startswith(f"{tmp_path / 'masks'}: {message}")


def test_classes_may_stand_in_a_file(tmp_path: Path) -> None:
    draw(tmp_path / "rgb", tmp_path / "masks", *NAMES)
    file = tmp_path / "kinds.yaml"
    file.write_text("classes: [x, y, z]\ncolors: [[0, 0, 0], [9, 9, 9], [8, 8, 8]]")
    describe_pictures(tmp_path / "rgb", tmp_path / "masks", str(file), tmp_path / "d", by="random")
    assert FrameFolder(tmp_path / "d").palette[1] == (9, 9, 9)


@pytest.mark.parametrize(
    ("files", "held_out"),
    [
        ({}, "held_out"),
        ({"splits.yaml": "train: ['0', '1']\nval: ['2', '3']"}, "val"),
        ({"held_out.txt": "3\n4\n"}, "held_out"),
    ],
    ids=["none", "splits.yaml", "held_out.txt"],
)
def test_what_a_folder_says_is_taken_over(tmp_path: Path, files, held_out: str) -> None:
    root, target = tmp_path / "plant", tmp_path / "data"
    draw(root / "images", root / "labels", *NAMES)
    for name, text in {"classes.yaml": "classes: [a, b, c]", **files}.items():
        (root / name).write_text(text)
    before = sorted(path.name for path in root.iterdir())
    describe_folder(root, target)
    ours, theirs = FrameFolder(target), FrameFolder(root)
    assert ours.names == theirs.names
    assert not theirs.splits or ours.splits == theirs.splits
    assert held_out_split(target) == held_out
    assert sorted(path.name for path in root.iterdir()) == before, "the user's folder was changed"


def test_a_folder_with_a_layout_of_its_own(tmp_path: Path) -> None:
    draw(tmp_path / "raw" / "rgb", tmp_path / "raw" / "m", *NAMES)
    root = tmp_path / "own"
    root.mkdir()
    (root / "layout.yaml").write_text("root: ../raw\nimages: rgb/{name}.*\nlabels: m/{name}.png")
    (root / "classes.yaml").write_text("classes: [a, b, c]")
    describe_folder(root, tmp_path / "data")
    assert FrameFolder(tmp_path / "data").names == NAMES


def test_a_folder_a_split(tmp_path: Path) -> None:
    for split in ("train", "val"):
        draw(tmp_path / "p" / split / "images", tmp_path / "p" / split / "labels", *NAMES)
    (tmp_path / "p" / "classes.yaml").write_text("classes: [a, b, c]")
    describe_folder(tmp_path / "p", tmp_path / "data")
    assert FrameFolder(tmp_path / "data").splits == FrameFolder(tmp_path / "p").splits
    assert held_out_split(tmp_path / "data") == "val"


def test_few_frames_are_kept_and_all_come_back(tmp_path: Path) -> None:
    draw(tmp_path / "p" / "images", tmp_path / "p" / "labels", *NAMES)
    (tmp_path / "p" / "classes.yaml").write_text("classes: [a, b, c]")
    (tmp_path / "p" / "held_out.txt").write_text("7\n8\n9\n")
    describe_folder(tmp_path / "p", tmp_path / "data")
    keep_few(tmp_path / "data", learnt=3, held_out=2)
    assert FrameFolder(tmp_path / "data").splits == {
        "train": ("0", "3", "6"),
        "held_out": ("7", "9"),
    }
    describe_folder(tmp_path / "p", tmp_path / "data")
    assert len(FrameFolder(tmp_path / "data").splits["train"]) == 7


def test_splits_without_a_held_out_one_are_refused(tmp_path: Path) -> None:
    draw(tmp_path / "p" / "images", tmp_path / "p" / "labels", *NAMES)
    (tmp_path / "p" / "classes.yaml").write_text("classes: [a, b, c]")
    (tmp_path / "p" / "splits.yaml").write_text("train: ['0']\ntest: ['1']")
    describe_folder(tmp_path / "p", tmp_path / "data")
    with pytest.raises(DatasetError, match="no split is named held_out or val"):
        held_out_split(tmp_path / "data")
