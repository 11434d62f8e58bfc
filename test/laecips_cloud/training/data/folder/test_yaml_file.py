"""YAML that people write beside their pictures."""

import re
from pathlib import Path

import pytest
from laecips_cloud.training.data.errors import DatasetError
from laecips_cloud.training.data.folder.yaml_file import read_yaml, require_known, whole_number


def test_scalars_stay_what_was_written(tmp_path: Path) -> None:
    path = tmp_path / "own.yaml"
    path.write_text("a: [0016, on, ~, 1e3]\nb: 2020-01-01\n", encoding="utf-8")
    assert read_yaml(path, cure="") == {"a": ["0016", "on", "~", "1e3"], "b": "2020-01-01"}


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (None, "cannot be read (No such file or directory); write it"),
        (b"a: [", "not YAML (while parsing"),
        (b"\xff\xfe\xff", "not YAML ("),
        (b"a: !!python/object:os.system x", "no mapping"),
        (b"", "no mapping; write it"),
        (b"text", "no mapping; write it"),
    ],
)
def test_what_is_no_mapping(content: bytes | None, message: str, tmp_path: Path) -> None:
    path = tmp_path / "own.yaml"
    if content is not None:
        path.write_bytes(content)
    if message == "no mapping":  # tags make nothing: all is a string
        assert read_yaml(path, cure="write it") == {"a": "x"}
        return
    with pytest.raises(DatasetError, match=re.escape(f"{path}: {message}")):
        read_yaml(path, cure="write it")


def test_unknown_keys() -> None:
    require_known(Path("own.yaml"), {"a": "1"}, ["a", "b"])
    with pytest.raises(DatasetError, match=r"own\.yaml: c is not known; there are a, b"):
        require_known(Path("own.yaml"), {"c": "1"}, ["a", "b"])


@pytest.mark.parametrize("text", ["-1", "1.5", "x", "", "²", None, ["1"]])
def test_what_is_no_number(text: object) -> None:
    assert whole_number(Path("own.yaml"), "a", "007") == 7
    with pytest.raises(DatasetError, match=r"own.yaml: a has .*; write a whole number of 0 or mo"):
        whole_number(Path("own.yaml"), "a", text)
