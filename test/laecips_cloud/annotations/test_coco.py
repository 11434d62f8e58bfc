"""COCO: polygons, run lengths, splits by file."""

import json
from pathlib import Path
from typing import Any

import pytest
from laecips_cloud.annotations.coco import parse, read
from laecips_cloud.training.data.errors import DatasetError

SIZE = (9, 14)
CONTENT: dict[str, Any] = {
    "categories": [{"id": 3, "name": "dent"}, {"id": 1, "name": "scratch"}],
    "images": [
        {"id": 7, "file_name": "a.jpg", "height": 9, "width": 14},
        {"id": 8, "file_name": "sub/b.jpg", "height": 9, "width": 14},
    ],
    "annotations": [
        # Two polygons, then the same rectangle in both forms of run lengths, then a box alone.
        {"image_id": 7, "category_id": 3, "segmentation": [[1, 1, 4, 1, 4, 3, 1, 3], [8] * 6]},
        {"image_id": 7, "category_id": 1, "segmentation": {"counts": "_1540000000R1"}},
        {
            "image_id": 7,
            "category_id": 1,
            "segmentation": {"counts": [47, 5, 4, 5, 4, 5, 4, 5, 4, 5, 38], "size": [9, 14]},
        },
        {"image_id": 7, "category_id": 9, "segmentation": [[0, 0, 2, 0, 2, 2, 0, 2]]},
        {"image_id": 7, "category_id": 3, "bbox": [1, 2, 3, 4], "segmentation": []},
        {"image_id": 99, "category_id": 3, "segmentation": [[0, 0, 2, 0, 2, 2]]},
    ],
}


def test_shapes_of_a_picture(boxes: Any) -> None:
    first, second, nowhere = parse(CONTENT, split="train", near="here")
    assert (first.picture, first.size, first.split, first.near) == ("a.jpg", SIZE, "train", "here")
    assert boxes(first.shapes, SIZE) == {
        "dent": [[1, 1, 3, 4, 6]],
        "scratch": [[2, 5, 7, 10, 25]] * 2,
        "id 9": [[0, 0, 2, 2, 4]],
    }
    assert first.no_areas == ["boxes without an outline"]
    assert (second.picture, list(second.shapes)) == ("sub/b.jpg", [])
    assert nowhere.picture == "(image 99 of no entry, 1 shapes)"


def test_run_lengths_of_another_size_are_no_shape() -> None:
    picture, *_ = parse(CONTENT, split="", near="")
    with pytest.raises(ValueError, match="run lengths that do not fill 10 x 10"):
        picture.shapes[1].area((10, 10))


@pytest.mark.parametrize(
    ("files", "splits"),
    [
        (
            ["annotations/instances_train2017.json", "annotations/instances_val2017.json"],
            ["train", "val"],
        ),
        (["train/_annotations.coco.json", "valid/_annotations.coco.json"], ["train", "valid"]),
        (["result.json"], [""]),
        (["annotations/instances_default.json", "annotations/captions_default.json"], [""]),
    ],
)
def test_files_of_a_folder(files: list[str], splits: list[str], tmp_path: Path) -> None:
    for file in files:
        path = tmp_path / file
        path.parent.mkdir(exist_ok=True)
        path.write_text(json.dumps({} if "captions" in file else CONTENT))
    annotations = read(tmp_path)
    assert annotations.categories == ("scratch", "dent")
    assert annotations.background == "background"
    for _ in range(2):  # anew each time
        pictures = [each for each in annotations.pictures() if each.size]
        assert [picture.split for picture in pictures] == [s for s in splits for _ in range(2)]
    assert Path(pictures[0].near) == (tmp_path / files[0]).parent


def test_other_json(tmp_path: Path) -> None:
    (tmp_path / "a.json").write_text('{"images": []}')
    with pytest.raises(DatasetError, match="no COCO file of instances: it lacks annotations, cat"):
        read(tmp_path)
