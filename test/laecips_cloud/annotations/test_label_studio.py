"""Label Studio's JSON."""

import json
from pathlib import Path
from typing import Any

import pytest
from laecips_cloud.annotations.label_studio import parse, path_of, read
from laecips_cloud.training.data.errors import DatasetError

SIZE = (20, 40)


def result(kind: str, label: str, **value: Any) -> dict[str, Any]:
    return {
        "type": kind,
        "original_width": 40,
        "original_height": 20,
        "image_rotation": value.pop("image_rotation", 0),
        "value": {kind: [label], **value},
    }


def brush() -> list[int]:
    """All pixels of 20 x 40 in one run of 255."""
    bits = f"{3200:032b}{7:05b}" + "1111" * 4 + "100" + f"{3199:016b}" + "1" * 8
    bits += "0" * (-len(bits) % 8)
    return [int(bits[i : i + 8], 2) for i in range(0, len(bits), 8)]


SHAPES = [
    result("polygonlabels", "dent", points=[[10, 10], [50, 10], [50, 50], [10, 50]]),
    result("rectanglelabels", "scratch", x=50, y=50, width=25, height=10, rotation=0),
    result("rectanglelabels", "scratch", x=50, y=50, width=25, height=10, rotation=90),
    result("ellipselabels", "dent", x=50, y=50, radiusX=10, radiusY=30, rotation=0),
    result("brushlabels", "dirt", format="rle", rle=brush()),
]


def task(*results: Any, **fields: Any) -> dict[str, Any]:
    return {
        "data": {"image": "/data/upload/1/12345678-a.jpg"},
        "annotations": [{"result": results}],
    } | fields


def test_shapes_in_shares_of_the_picture(boxes: Any) -> None:
    picture = parse(task(*SHAPES), near="here")
    assert (picture.picture, picture.name) == ("data/upload/1/12345678-a.jpg", "12345678-a")
    assert (picture.size, picture.near, picture.no_areas) == (SIZE, "here", [])
    found = boxes(picture.shapes, SIZE)
    assert found["dent"][0] == [2, 4, 10, 20, 128]
    assert found["scratch"] == [[10, 20, 12, 30, 20], [10, 18, 20, 20, 20]]
    assert found["dent"][1][:4] == [4, 16, 16, 24]
    assert found["dirt"] == [[0, 0, 20, 40, 800]]


def test_what_is_no_area_is_told() -> None:
    others = [
        result("keypointlabels", "dent", x=1, y=2),
        result("polygonlabels", "dent", points=[[0, 0], [1, 0], [1, 1]], image_rotation=90),
        {**SHAPES[0], "value": {"points": [[0, 0], [1, 0], [1, 1]]}},
        {"type": "choices", "value": {"choices": ["good"]}},
        {"type": "relation"},
    ]
    picture = parse(task(*others), near="")
    assert not picture.shapes
    assert [kind.split(",")[0] for kind in picture.no_areas] == [
        "shapes of the kind keypointlabels",
        "shapes of the kind polygonlabels",
        "shapes of the kind polygonlabels",
    ]


def test_of_several_annotations_the_first_that_stands() -> None:
    annotations = [
        {"result": SHAPES[:2], "was_cancelled": True},
        {"result": SHAPES[:1]},
        {"result": SHAPES[1:]},
    ]
    picture = parse(task(annotations=annotations), near="")
    assert [shape.category for shape in picture.shapes] == ["dent"]
    assert picture.no_areas == ["further annotations of one picture"]
    assert parse(task(annotations=[]), near="").size is None


@pytest.mark.parametrize(
    ("data", "path"),
    [
        ({"image": "/data/local-files/?d=plant%2Fa%20b.jpg"}, "plant/a b.jpg"),
        ({"image": "s3://bucket/plant/a%20b.jpg"}, "plant/a b.jpg"),
        ({"image": "https://host/plant/a.jpg?token=1"}, "plant/a.jpg"),
        ({"photo": "a.jpg"}, "a.jpg"),
        ({"id": 3, "image": "a.jpg"}, "a.jpg"),
        ({}, ""),
    ],
)
def test_addresses(data: dict[str, Any], path: str) -> None:
    assert path_of(data) == path


def test_an_export(tmp_path: Path) -> None:
    (tmp_path / "a.json").write_text(json.dumps([task(*SHAPES), task()]))
    annotations = read(tmp_path / "a.json")
    assert annotations.categories == ("dent", "dirt", "scratch")
    assert [len(each.shapes) for each in annotations.pictures()] == [5, 0]
    (tmp_path / "a.json").write_text(json.dumps([{"image": "a.jpg", "tag": []}]))
    with pytest.raises(DatasetError, match="no Label Studio export; export as JSON, not JSON-MIN"):
        read(tmp_path)
