"""Findings as COCO annotations."""

from pathlib import Path

from kept_findings import make_folder
from laecips_edge.core.findings.finding_archive import read_archive
from laecips_edge.core.findings.finding_coco import to_coco


def test_an_image_for_each_picture_with_its_outline_in_it(tmp_path: Path) -> None:
    archive = read_archive(make_folder(tmp_path / "log"))
    content = to_coco(archive.findings, beside=tmp_path)
    assert content["categories"] == [{"id": 2, "name": "scratch"}, {"id": 3, "name": "dent"}]
    image, other = content["images"]
    assert (image["file_name"], other["file_name"]) == ("log/000001/1.jpg", "log/000001/2.jpg")
    assert image["frame"]["crop_box"] == [14, 24, 52, 40]
    assert (image["width"], image["height"]) == (52, 40)
    annotation = content["annotations"][0]
    assert (annotation["id"], annotation["image_id"], annotation["category_id"]) == (1, 1, 2)
    assert annotation["bbox"] == [16, 16, 20, 8]
    assert annotation["segmentation"] == [[16, 16, 35, 16, 35, 23, 16, 23]]
    assert annotation["area"] == 200


def test_findings_without_a_picture_are_left_out(tmp_path: Path) -> None:
    make_folder(tmp_path)
    (tmp_path / "000001" / "1.jpg").unlink()
    content = to_coco(read_archive(tmp_path).findings, beside=tmp_path)
    assert [it["id"] for it in content["annotations"]] == [2]
