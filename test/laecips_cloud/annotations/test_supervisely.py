"""Supervisely's projects."""

import base64
import json
import zlib
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from laecips_cloud.annotations.supervisely import parse, read
from laecips_cloud.training.data.errors import DatasetError

SIZE = (20, 30)


def thing(kind: str, title: str, **fields: Any) -> dict[str, Any]:
    return {"classTitle": title, "geometryType": kind} | fields


def bitmap(mask: np.ndarray) -> str:
    png = cv2.imencode(".png", np.dstack([np.full((*mask.shape, 3), 255), mask * 255]))[1]
    return base64.b64encode(zlib.compress(png.tobytes())).decode()


def content(*things: Any) -> dict[str, Any]:
    return {"size": {"height": 20, "width": 30}, "objects": list(things)}


def test_shapes(boxes: Any) -> None:
    outer = [[1, 1], [9, 1], [9, 9], [1, 9]]
    hole = [[3, 3], [7, 3], [7, 7], [3, 7]]
    mask = np.ones((2, 4), np.uint8)
    picture = parse(
        content(
            thing("polygon", "dent", points={"exterior": outer, "interior": [hole]}),
            thing("rectangle", "dent", points={"exterior": [[12, 4], [10, 2]]}),
            thing("bitmap", "dirt", bitmap={"data": bitmap(mask), "origin": [20, 10]}),
            thing("line", "dirt", points={"exterior": [[1, 1], [2, 2]]}),
        ),
        picture="a.b.jpg",
        folder="hall",
        split="",
        near="here",
    )
    assert (picture.picture, picture.name, picture.size) == ("img/a.b.jpg", "hall/a.b", SIZE)
    assert boxes(picture.shapes, SIZE) == {
        "dent": [[1, 1, 9, 9, 48], [2, 10, 5, 13, 9]],
        "dirt": [[10, 20, 12, 24, 8]],
    }
    assert picture.no_areas == ["shapes of the kind line"]


def test_a_bitmap_that_cannot_be_unpacked() -> None:
    broken = thing("bitmap", "dirt", bitmap={"data": "eJwrSS0u", "origin": [0, 0]})
    picture = parse(content(broken), picture="a.jpg", folder="", split="", near="")
    with pytest.raises(ValueError, match="a packed mask that cannot"):
        picture.shapes[0].area(SIZE)


def test_a_project(tmp_path: Path) -> None:
    (tmp_path / "meta.json").write_text(
        json.dumps({"classes": [{"title": "dent"}, {"title": "x"}]})
    )
    for dataset in ("hall", "val"):
        (tmp_path / dataset / "ann").mkdir(parents=True)
        (tmp_path / dataset / "ann" / "a.jpg.json").write_text(json.dumps(content()))
    annotations = read(tmp_path)
    assert annotations.categories == ("dent", "x")
    found = [(each.name, each.split, each.near) for each in annotations.pictures()]
    assert found == [
        ("hall/a", "", str(tmp_path / "hall")),
        ("a", "val", str(tmp_path / "val")),
    ]
    (tmp_path / "meta.json").unlink()
    with pytest.raises(DatasetError, match=r"meta\.json: cannot be read"):
        read(tmp_path)
