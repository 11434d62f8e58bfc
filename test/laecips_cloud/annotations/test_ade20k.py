"""ADE20K's scene parsing benchmark."""

from pathlib import Path
from typing import Any

import cv2
import numpy as np
from laecips_cloud.annotations.ade20k import parse, read

TABLE = "Idx\tRatio\tTrain\tVal\tName\n1\t0.1\t1\t1\twall\n2\t0.1\t1\t1\tbuilding, edifice\n"


def test_numbers_from_one(boxes: Any) -> None:
    stored = np.array([[0, 1, 1], [2, 0, 151]], np.uint8)
    assert boxes(parse(stored, {1: "wall", 2: "building"}), stored.shape) == {
        "wall": [[0, 1, 1, 3, 2]],
        "building": [[1, 0, 2, 1, 1]],
        "id 151": [[1, 2, 2, 3, 1]],
    }


def test_a_folder(tmp_path: Path) -> None:
    folder = tmp_path / "annotations" / "training"
    folder.mkdir(parents=True)
    cv2.imwrite(str(folder / "ADE_train_1.png"), np.array([[0, 1, 2]], np.uint8))
    without = read(tmp_path)
    assert without.categories[:2] == ("1", "2")
    (tmp_path / "objectInfo150.txt").write_text(TABLE)
    annotations = read(tmp_path)
    assert annotations.categories[:3] == ("wall", "building", "3")
    assert len(annotations.categories) == 150
    (picture,) = annotations.pictures()
    assert picture.picture == "images/training/ADE_train_1.*"
    assert (picture.name, picture.split, picture.size) == ("ADE_train_1", "train", (1, 3))
    assert [shape.category for shape in picture.shapes] == ["wall", "building"]
