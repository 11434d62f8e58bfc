"""CVAT for images 1.1."""

import re
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from laecips_cloud.annotations.cvat import parse, read
from laecips_cloud.training.data.errors import DatasetError

SIZE = (20, 30)
CONTENT = """<annotations><version>1.1</version>
<meta><task><labels>
  <label><name>dent</name><color>#ff0000</color></label><label><name>scratch</name></label>
</labels></task></meta>
<image id="0" name="hall/a.jpg" width="30" height="20" subset="Train">
  <polygon label="dent" points="2.00,3.00;6.00,3.00;6.00,5.00;2.00,5.00" z_order="2"></polygon>
  <box label="scratch" xtl="10" ytl="1" xbr="16" ybr="3" z_order="0"></box>
  <box label="scratch" xtl="10" ytl="4" xbr="16" ybr="6" rotation="90" z_order="1"></box>
  <ellipse label="dent" cx="20" cy="10" rx="4" ry="3" z_order="3"></ellipse>
  <mask label="dent" rle="1, 2, 2, 1" left="7" top="8" width="3" height="2" z_order="4"></mask>
  <polyline label="dent" points="1,1;2,2"></polyline>
  <tag label="dent"></tag>
</image>
<image id="1" name="b.jpg" width="30" height="20"></image>
</annotations>"""


def test_shapes_in_the_order_of_their_depth(boxes: Any) -> None:
    first, second = parse(ElementTree.fromstring(CONTENT), near="here")
    assert (first.picture, first.size, first.split) == ("hall/a.jpg", SIZE, "train")
    order = [shape.category for shape in first.shapes]
    assert order == ["scratch", "scratch", "dent", "dent", "dent"]
    found = boxes(first.shapes, SIZE)
    assert found["scratch"] == [[1, 10, 3, 16, 12], [2, 12, 8, 14, 12]]
    assert found["dent"][0] == [3, 2, 5, 6, 8]
    assert found["dent"][1][:4] == [7, 16, 13, 24]
    assert found["dent"][2] == [8, 8, 10, 10, 3]
    assert first.no_areas == ["shapes of the kind polyline"]
    assert (second.picture, second.split, list(second.shapes)) == ("b.jpg", "", [])


def test_categories_in_the_order_of_the_task(tmp_path: Path) -> None:
    (tmp_path / "annotations.xml").write_text(CONTENT)
    annotations = read(tmp_path)
    assert annotations.categories == ("dent", "scratch")
    assert [each.picture for each in annotations.pictures()] == ["hall/a.jpg", "b.jpg"]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("<annotations>", "not XML (no element found"),
        ("<kml></kml>", "no CVAT file of images; export `CVAT for images 1.1`"),
        ("<annotations><track id='0'/></annotations>", "no CVAT file of images; export"),
    ],
)
def test_other_xml(content: str, message: str, tmp_path: Path) -> None:
    (tmp_path / "a.xml").write_text(content)
    with pytest.raises(DatasetError, match=re.escape(f"{tmp_path / 'a.xml'}: {message}")):
        read(tmp_path)


def test_entities_that_grow_without_end_are_no_annotations(tmp_path: Path) -> None:
    lines = [f'<!ENTITY e{n} "{f"&e{n - 1};" * 10}">' for n in range(1, 12)]
    text = f'<!DOCTYPE a [<!ENTITY e0 "x">{"".join(lines)}]><annotations>&e11;</annotations>'
    (tmp_path / "a.xml").write_text(text)
    with pytest.raises(DatasetError, match="not XML"):
        read(tmp_path)
