"""Label maps survive COCO: what is written is what the importer reads, pixel for pixel."""

import json

import numpy as np
from hypothesis import example, given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from laecips_cloud.annotations.coco import parse
from laecips_cloud.annotations.shapes import AnnotatedPicture, paint
from laecips_cloud.replay_buffer.coco import CocoWriter

CLASSES = ("belt", "part", "screw")
RINGS = np.zeros((20, 30), np.uint8)
"""A part with a hole, in the hole a screw with a hole, in that another part."""
RINGS[1:19, 2:28] = 1
RINGS[4:16, 5:25] = 0
RINGS[6:14, 8:22] = 2
RINGS[8:12, 11:19] = 255
RINGS[9:11, 13:16] = 1

label_maps = arrays.arrays(
    np.uint8,
    arrays.array_shapes(min_dims=2, max_dims=2, max_side=12),
    elements=st.sampled_from([0, 1, 2, 255]),
)


def read_again(writer: CocoWriter) -> list[AnnotatedPicture]:
    return list(parse(json.loads(json.dumps(writer.content)), split="", near=""))


@given(label_maps)
@example(RINGS)
def test_what_is_written_is_read_again(label_map: np.ndarray) -> None:
    writer = CocoWriter(CLASSES)
    writer.add("a.png", label_map)
    (picture,) = read_again(writer)
    painted = np.full(label_map.shape, -1, np.int16)
    for category, area in picture.shapes:
        _, over, cut = paint(painted, area(label_map.shape), CLASSES.index(category))
        assert (over, cut) == (0, False)
    np.testing.assert_array_equal(np.where(painted < 0, 255, painted), label_map)


def test_a_region_is_an_annotation() -> None:
    writer = CocoWriter(CLASSES)
    writer.add("empty.png", np.full((5, 6), 255, np.uint8))
    writer.add("rings.png", RINGS, request_id="robot/1")
    images, annotations = writer.content["images"], writer.content["annotations"]
    assert images[1] == {
        "id": 2,
        "file_name": "rings.png",
        "width": 30,
        "height": 20,
        "request_id": "robot/1",
    }
    assert [it["id"] for it in annotations] == list(range(1, len(annotations) + 1))
    assert {it["image_id"] for it in annotations} == {2}
    boxes = [(it["category_id"], it["bbox"], it["area"]) for it in annotations]
    assert (2, [2, 1, 26, 18], 18 * 26 - 12 * 20) in boxes
    assert (3, [8, 6, 14, 8], 8 * 14 - 4 * 8) in boxes
    for annotation in annotations:
        assert annotation["iscrowd"] == 1  # COCO has run lengths there alone
        counts, size = annotation["segmentation"]["counts"], annotation["segmentation"]["size"]
        assert (sum(counts), size) == (600, [20, 30])
        assert sum(counts[1::2]) == annotation["area"]
