"""Pictures are found though annotations were made elsewhere."""

from pathlib import Path

import pytest
from laecips_eval.datasets.importing.picture_search import PictureSearch


def lay(root: Path, *files: str) -> Path:
    for file in files:
        (root / file).parent.mkdir(parents=True, exist_ok=True)
        (root / file).touch()
    return root


@pytest.mark.parametrize(
    ("files", "picture", "near", "found"),
    [
        ("images/a.jpg", "a.jpg", "", "images/a.jpg"),
        ("images/a.jpg", "/home/someone/plant/a.jpg", "", "images/a.jpg"),
        ("images/a.jpg", "C:\\plant\\a.jpg", "", "images/a.jpg"),
        ("x/a.jpg y/a.jpg", "y/a.jpg", "", "y/a.jpg"),
        ("x/a.jpg y/a.jpg", "/far/y/a.jpg", "", "y/a.jpg"),
        ("x/a.jpg y/a.jpg", "a.jpg", "x", "x/a.jpg"),
        ("x/a.jpg y/a.jpg", "../y/a.jpg", "x", "y/a.jpg"),
        ("x/a.jpg y/a.jpg", "a.jpg", "", None),
        ("x/a.jpg y/a.jpg", "z/a.jpg", "", None),
        ("images/a.jpg", "data/upload/1/0123abcd-a.jpg", "", "images/a.jpg"),
        ("images/0123abcd-a.jpg", "data/upload/1/0123abcd-a.jpg", "", "images/0123abcd-a.jpg"),
        ("images/a.png", "a.jpg", "", None),
        ("JPEGImages/a.bmp SegmentationClass/a.png", "JPEGImages/a.*", "", "JPEGImages/a.bmp"),
        ("JPEGImages/a.b.jpg", "JPEGImages/a.b.*", "", "JPEGImages/a.b.jpg"),
        ("images/a.txt images/.a.jpg", "a.jpg", "", None),
        ("images/a.jpg", "", "", None),
    ],
)
def test_the_file(files: str, picture: str, near: str, found: str | None, tmp_path: Path) -> None:
    root = lay(tmp_path / "root", *files.split())
    search = PictureSearch(root)
    path = search.find(picture, near=str(root / near) if near else "")
    assert path == (root / found if found else None)


def test_no_annotation_leads_out_of_the_folder(tmp_path: Path) -> None:
    lay(tmp_path, "secret.jpg", "root/images/a.jpg")
    search = PictureSearch(tmp_path / "root")
    assert search.find("../secret.jpg") is None
    assert search.find(str(tmp_path / "secret.jpg")) is None


def test_what_nobody_asked_for_beside_what_somebody_did(tmp_path: Path) -> None:
    root = lay(tmp_path, "images/a.jpg", "images/b.jpg", "masks/a.png", "masks/b.png")
    search = PictureSearch(root)
    assert search.unused() == []
    search.find("images/a.jpg")
    assert search.unused() == [root / "images" / "b.jpg"]
