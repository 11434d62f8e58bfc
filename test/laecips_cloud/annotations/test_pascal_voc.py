"""Pascal VOC: indices with or without names, colours by a table."""

from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from laecips_cloud.annotations.pascal_voc import VOC, by_colour, by_index, read
from laecips_cloud.training.data.errors import DatasetError

MASK = np.array([[0, 0, 1, 255], [0, 20, 1, 21]], np.uint8)


def lay(root: Path, mask: np.ndarray, **files: str) -> Path:
    (root / "SegmentationClass").mkdir(parents=True, exist_ok=True)
    pixels = mask if mask.ndim == 2 else np.ascontiguousarray(mask[:, :, ::-1])
    cv2.imwrite(str(root / "SegmentationClass" / "a.png"), pixels)
    cv2.imwrite(str(root / "SegmentationClass" / "b.png"), pixels)
    for name, text in files.items():
        path = root / name.replace("__", "/")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.with_suffix(".txt").write_text(text)
    return root


def test_twenty_classes_and_the_background() -> None:
    assert len(VOC) == 21
    assert (VOC[0], VOC[1], VOC[20]) == ("background", "aeroplane", "tvmonitor")


def test_indices(boxes: Any) -> None:
    assert boxes(by_index(MASK, VOC), MASK.shape) == {
        "background": [[0, 0, 2, 2, 3]],
        "aeroplane": [[0, 2, 2, 3, 2]],
        "tvmonitor": [[1, 1, 2, 2, 1]],
        "id 21": [[1, 3, 2, 4, 1]],
    }


def test_colours(boxes: Any) -> None:
    stored = np.array([[[0, 0, 0], [250, 50, 83]], [[9, 9, 9], [250, 50, 83]]], np.uint8)
    table = {"background": (0, 0, 0), "dent": (250, 50, 83)}
    assert boxes(by_colour(stored, table), (2, 2)) == {
        "background": [[0, 0, 1, 1, 1]],
        "colour 9,9,9": [[1, 0, 2, 1, 1]],
        "dent": [[0, 1, 2, 2, 2]],
    }


def test_a_folder_with_splits(tmp_path: Path) -> None:
    root = tmp_path / "VOCdevkit" / "VOC2012"
    lay(root, MASK, ImageSets__Segmentation__train="a\n", ImageSets__Segmentation__trainval="a\nb")
    annotations = read(tmp_path)
    assert annotations.categories == tuple(VOC)
    assert annotations.background == ""
    first, second = annotations.pictures()
    assert (first.picture, first.name, first.size) == ("JPEGImages/a.*", "a", (2, 4))
    assert (first.split, second.split, first.near) == ("train", "", str(root))


LABELMAP = "# label:color_rgb:parts:actions\nbackground:0,0,0::\n\ndent:250,50,83::\n"


@pytest.mark.parametrize(
    ("mask", "files", "categories", "drawn"),
    [
        (
            np.array([[[0, 0, 0], [250, 50, 83]]], np.uint8),
            {"labelmap": LABELMAP},
            ["background", "dent"],
            ["background", "dent"],
        ),
        (
            np.zeros((1, 2), np.uint8),
            {"labelmap": LABELMAP},
            ["background", "dent"],
            ["background"],
        ),
        (
            np.array([[0, 1, 255]], np.uint8),
            {"class_names": "__ignore__\n_background_\ndent\n"},
            ["_background_", "dent"],
            ["_background_", "dent"],
        ),
    ],
)
def test_tables_of_names(
    mask: np.ndarray,
    files: dict[str, str],
    categories: list[str],
    drawn: list[str],
    tmp_path: Path,
) -> None:
    annotations = read(lay(tmp_path, mask, **files))
    assert list(annotations.categories) == categories
    picture, _ = annotations.pictures()
    assert [shape.category for shape in picture.shapes] == drawn


@pytest.mark.parametrize(
    ("files", "message"),
    [
        ({}, "colours, and .* has no labelmap.txt; write NAME:R,G,B:: a line"),
        ({"labelmap": "dent;1,2,3"}, "labelmap.txt: 'dent;1,2,3'; write NAME:R,G,B:: a line"),
        ({"labelmap": "dent:1,2"}, "labelmap.txt: 'dent:1,2'; write NAME:R,G,B:: a line"),
    ],
)
def test_colours_that_nobody_names(files: dict[str, str], message: str, tmp_path: Path) -> None:
    mask = np.array([[[0, 0, 0], [250, 50, 83]]], np.uint8)
    with pytest.raises(DatasetError, match=message):
        list(read(lay(tmp_path, mask, **files)).pictures())


def test_no_folder_of_masks(tmp_path: Path) -> None:
    with pytest.raises(DatasetError, match="no mask of SegmentationClass"):
        read(tmp_path)
