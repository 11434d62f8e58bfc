import json
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from laecips_cloud.annotations import cvat
from laecips_cloud.annotations.shapes import paint
from laecips_cloud.labelling.cvat_task import ANNOTATIONS, LABELS, write
from laecips_cloud.labelling.guess import Guess
from laecips_cloud.labelling.regions import regions_of

CLASSES = ("background", "scratch", "dent & nick")


@given(
    label_map=arrays.arrays(
        np.uint8,
        arrays.array_shapes(min_dims=2, max_dims=2, max_side=12),
        elements=st.sampled_from([0, 1, 2, 255]),
    ),
    background=st.sampled_from([None, 0]),
)
def test_the_first_guess_is_read_back_bit_for_bit(
    label_map: np.ndarray, background: int | None, tmp_path_factory
) -> None:
    folder = tmp_path_factory.mktemp("task")
    regions = regions_of(label_map, background=background)
    write(folder, [Guess("bot%2F1.jpg", "bot/1", label_map.shape, regions)], CLASSES)
    annotations = cvat.read(folder / ANNOTATIONS)
    assert tuple(annotations.categories) == CLASSES
    (annotated,) = annotations.pictures()
    assert (annotated.picture, annotated.size) == ("bot%2F1.jpg", label_map.shape)
    painted = np.full(label_map.shape, -1, np.int16)
    for category, area in annotated.shapes:
        paint(painted, area(label_map.shape), CLASSES.index(category))
    np.testing.assert_array_equal(np.where(painted < 0, 255, painted), label_map)


def test_what_cvat_asks_for(tmp_path: Path) -> None:
    label_map = np.zeros((3, 8), np.uint8)
    label_map[1, 2:5] = 1
    write(tmp_path, [Guess("a.jpg", "a", (3, 8), regions_of(label_map))], CLASSES)
    labels = json.loads((tmp_path / LABELS).read_text())
    assert [label["name"] for label in labels] == list(CLASSES)
    (image,) = ElementTree.parse(tmp_path / ANNOTATIONS).getroot().iterfind("image")
    assert image.attrib == {"id": "0", "name": "a.jpg", "width": "8", "height": "3"}
    below, above = image.iterfind("mask")
    assert above.attrib == {
        "label": "scratch",
        "source": "auto",
        "occluded": "0",
        "rle": "0, 3",
        "left": "2",
        "top": "1",
        "width": "3",
        "height": "1",
        "z_order": "1",
    }
    assert below.get("rle") == "0, 10, 3, 11"
