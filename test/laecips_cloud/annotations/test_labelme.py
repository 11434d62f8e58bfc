"""labelme's JSON, one a picture."""

import base64
import json
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from laecips_cloud.annotations.labelme import parse, read
from laecips_cloud.training.data.errors import DatasetError

SIZE = (20, 30)
MASK = base64.b64encode(cv2.imencode(".png", np.eye(3, dtype=np.uint8))[1].tobytes()).decode()


def content(*shapes: Any, **fields: Any) -> dict[str, Any]:
    return {
        "imagePath": "..\\pictures\\a.jpg",
        "imageData": None,
        "imageHeight": 20,
        "imageWidth": 30,
        "shapes": list(shapes),
    } | fields


def shape(kind: str | None, label: str, *points: list[float], **fields: Any) -> dict[str, Any]:
    return {"label": label, "points": list(points), "shape_type": kind} | fields


def test_shapes(boxes: Any) -> None:
    picture = parse(
        content(
            shape(None, "dent", [1, 1], [5, 1], [5, 3], [1, 3]),
            shape("rectangle", "dent", [12, 6], [10, 4]),
            shape("circle", "scratch", [20, 10], [20, 14]),
            shape("mask", "scratch", [7, 8], [9, 10], mask=MASK),
            shape("linestrip", "scratch", [1, 1], [2, 2]),
        ),
        name="a",
        near="here",
    )
    assert (picture.picture, picture.name, picture.near) == ("../pictures/a.jpg", "a", "here")
    assert picture.size == SIZE
    found = boxes(picture.shapes, SIZE)
    assert found["dent"] == [[1, 1, 3, 5, 8], [4, 10, 6, 12, 4]]
    assert found["scratch"][0][:4] == [6, 16, 14, 24]
    assert found["scratch"][1] == [8, 7, 11, 10, 3]
    assert picture.no_areas == ["shapes of the kind linestrip"]
    assert picture.embedded is None


def test_the_picture_may_be_in_it_and_its_size_may_be_unknown() -> None:
    data = base64.b64encode(b"a picture").decode()
    picture = parse(content(imageData=data, imageHeight=None), name="a", near="")
    assert picture.embedded == b"a picture"
    assert picture.size is None


def test_a_folder(tmp_path: Path) -> None:
    (tmp_path / "hall").mkdir()
    for name, label in (("b", "scratch"), ("hall/a", "dent")):
        points = [[1, 1], [5, 1], [5, 3]]
        text = json.dumps(content(shape("polygon", label, *points)))
        (tmp_path / f"{name}.json").write_text(text)
    annotations = read(tmp_path)
    assert annotations.categories == ("dent", "scratch")
    assert [each.name for each in annotations.pictures()] == ["b", "hall/a"]
    assert [each.name for each in read(tmp_path / "b.json").pictures()] == ["b"]
    (tmp_path / "c.json").write_text("{}")
    with pytest.raises(DatasetError, match=r"c\.json: no labelme file: it lacks shapes, imagePath"):
        read(tmp_path)
