"""Cityscapes: ids of labels, of which 19 are evaluated."""

from pathlib import Path
from typing import Any

import cv2
import numpy as np
from laecips_cloud.annotations.cityscapes import IDS, parse, read


def test_ids(boxes: Any) -> None:
    assert (IDS[7], IDS[11], IDS[24], IDS[33], len(IDS)) == (
        "road",
        "building",
        "person",
        "bicycle",
        34,
    )
    stored = np.array([[0, 7, 7], [33, 34, 255]], np.uint8)
    assert boxes(parse(stored), stored.shape) == {
        "unlabeled": [[0, 0, 1, 1, 1]],
        "road": [[0, 1, 1, 3, 2]],
        "bicycle": [[1, 0, 2, 1, 1]],
        "id 34": [[1, 1, 2, 2, 1]],
        "id 255": [[1, 2, 2, 3, 1]],
    }


def test_a_folder(tmp_path: Path) -> None:
    name = "ulm_000003_000019"
    folder = tmp_path / "gtFine" / "val" / "ulm"
    folder.mkdir(parents=True)
    for ending in ("labelIds", "instanceIds", "color"):
        path = folder / f"{name}_gtFine_{ending}.png"
        cv2.imwrite(str(path), np.full((2, 3), 7, np.uint8))
    annotations = read(tmp_path)
    assert len(annotations.categories) == 19
    assert len(annotations.void) == 15
    assert annotations.background == ""
    (picture,) = annotations.pictures()
    assert picture.picture == f"leftImg8bit/val/ulm/{name}_leftImg8bit.*"
    assert (picture.name, picture.split, picture.size) == (f"ulm/{name}", "val", (2, 3))
    assert picture.near == str(tmp_path)
