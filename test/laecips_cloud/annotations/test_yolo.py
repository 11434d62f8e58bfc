"""YOLO's segmentation labels."""

from pathlib import Path
from typing import Any

import pytest
from laecips_cloud.annotations.yolo import parse, read
from laecips_cloud.training.data.errors import DatasetError

SIZE = (20, 40)
TEXT = """0 0.1 0.1 0.5 0.1 0.5 0.5 0.1 0.5
1 0.5 0.5 0.75 0.5 0.75 0.6 0.5 0.6

7 0 0 1 0 1 1
1 0.5 0.5 0.1 0.1
1 0.5 0.5 0.1
1 0.5 0.5 0.1 0.1 0.2 0.2 0.3
dent 0.5
"""


def test_corners_are_shares_of_the_picture(boxes: Any) -> None:
    shapes, others = parse(TEXT, {0: "dent", 1: "scratch"})
    assert [shape.category for shape in shapes] == ["dent", "scratch", "id 7"]
    assert boxes(shapes[:2], SIZE) == {
        "dent": [[2, 4, 10, 20, 128]],
        "scratch": [[10, 20, 12, 30, 20]],
    }
    assert others == [
        "boxes without an outline",
        "lines without three corners",
        "lines without three corners",
        "lines that are no numbers",
    ]


@pytest.mark.parametrize("names", ["[dent, scratch]", "{0: dent, 1: scratch}"])
@pytest.mark.parametrize(
    ("folders", "frames"),
    [
        (
            ("images/train", "labels/train", "images/val"),
            [("a", "train", 1), ("b", "val", 0)],
        ),
        (("train/images", "train/labels", "valid/images"), [("a", "train", 1), ("b", "valid", 0)]),
        (("images/hall", "labels/hall", "images"), [("b", "", 0), ("hall/a", "", 1)]),
    ],
)
def test_folders(
    names: str, folders: tuple[str, str, str], frames: list[tuple[str, str, int]], tmp_path: Path
) -> None:
    (tmp_path / "data.yaml").write_text(f"path: /far/away\ntrain: images/train\nnames: {names}\n")
    for folder in folders:
        (tmp_path / folder).mkdir(parents=True, exist_ok=True)
    (tmp_path / folders[0] / "a.jpg").touch()
    (tmp_path / folders[1] / "a.txt").write_text(TEXT.splitlines()[0])
    (tmp_path / folders[2] / "b.jpg").touch()
    annotations = read(tmp_path)
    assert annotations.categories == ("dent", "scratch")
    found = [(each.name, each.split, len(each.shapes)) for each in annotations.pictures()]
    assert found == frames


def test_no_names_and_no_pictures(tmp_path: Path) -> None:
    file = tmp_path / "data.yaml"
    with pytest.raises(DatasetError, match=r"no table of names \(data\.yaml\) there"):
        read(tmp_path)
    for text in ("nc: 2", "names: dent", "names: {dent: 0}"):
        file.write_text(text)
        with pytest.raises(DatasetError, match="no names; write `names:"):
            read(tmp_path)
    file.write_text("names: [dent]")
    with pytest.raises(DatasetError, match="no picture in a folder `images`; put data"):
        read(file)
