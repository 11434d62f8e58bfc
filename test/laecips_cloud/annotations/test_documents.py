"""Files of annotations are found, read and told apart."""

import re
from pathlib import Path

import pytest
from laecips_cloud.annotations.documents import documents, read_json, require, split_of
from laecips_cloud.training.data.errors import DatasetError


def test_a_file_or_all_of_a_folder_in_the_order_of_numbers(tmp_path: Path) -> None:
    for name in ("a10.json", "a9.json", "b.txt"):
        (tmp_path / name).touch()
    assert documents(tmp_path / "b.txt", "*.json", what="x") == [tmp_path / "b.txt"]
    found = documents(tmp_path, "*.json", what="x")
    assert [path.name for path in found] == ["a9.json", "a10.json"]
    with pytest.raises(DatasetError, match=r"no CVAT file \(\*\.xml\) there; name its file or"):
        documents(tmp_path, "*.xml", what="CVAT file")


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"{", "not JSON (Expecting property name"),
        (b"\xff", "not JSON ("),
        (b"[" * 100_000, "not JSON ("),
        (None, "cannot be read (No such file or directory)"),
    ],
)
def test_what_is_no_json(content: bytes | None, message: str, tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(DatasetError, match=re.escape(f"{path}: {message}")):
        read_json(path)


def test_json_with_a_mark_of_its_byte_order(tmp_path: Path) -> None:
    (tmp_path / "a.json").write_bytes(b'\xef\xbb\xbf{"a": 1}')
    assert read_json(tmp_path / "a.json") == {"a": 1}


@pytest.mark.parametrize(
    ("name", "split"),
    [
        ("instances_train2017", "train"),
        ("instances_val2017", "val"),
        ("Test", "test"),
        ("training", "train"),
        ("validation", "val"),
        ("valid", "valid"),
        ("_annotations.coco", ""),
        ("trainers", ""),
        ("contest", ""),
        ("hall_3", ""),
        ("", ""),
    ],
)
def test_splits_by_name(name: str, split: str) -> None:
    assert split_of(name) == split


@pytest.mark.parametrize("content", [{"a": 1}, [], None, "ab"])
def test_what_a_document_lacks(content: object) -> None:
    require({"a": 1, "b": 2, "c": 3}, ("a", "b"), Path("x.json"), "COCO file")
    with pytest.raises(DatasetError, match=r"x.json: no COCO file: it lacks (a, )?b$"):
        require(content, ("a", "b"), Path("x.json"), "COCO file")
