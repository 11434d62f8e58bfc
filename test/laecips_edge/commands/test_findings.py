"""`laecips findings`, as a person uses it."""

import json
from pathlib import Path

import pytest
from kept_findings import make_folder
from laecips_edge.core.image.codecs import decode_rgb

from laecips_edge import cli


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return make_folder(tmp_path / "findings")


def test_a_table_of_all_and_of_a_choice(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["findings", str(folder)]) == 0
    assert len(capsys.readouterr().out.splitlines()) == 3
    choice = ["--class", "dent", "--open", "--since", "2025-06-15T15:06:45"]
    assert cli.main(["findings", str(folder), *choice]) == 0
    assert [line.split()[1] for line in capsys.readouterr().out.splitlines()[1:]] == ["dent"]
    assert cli.main(["findings", str(folder), "--until", "2025-06-15T17:06:39+02:00"]) == 0
    assert len(capsys.readouterr().out.splitlines()) == 1


def test_json_has_every_field(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["findings", str(folder), "--json"]) == 0
    scratch, dent = json.loads(capsys.readouterr().out)
    assert (scratch["class"], scratch["state"], scratch["largest_px"]) == ("scratch", "closed", 200)
    assert dent["area_mm2"] is None
    assert Path(dent["picture"]).is_file()


def test_export_names_pictures_from_the_file(folder: Path, tmp_path: Path) -> None:
    file = tmp_path / "annotations.json"
    assert cli.main(["findings", str(folder), "export", "--format", "coco", "-o", str(file)]) == 0
    images = json.loads(file.read_text())["images"]
    assert all((tmp_path / image["file_name"]).is_file() for image in images)


def test_a_sheet_is_a_jpeg(folder: Path, tmp_path: Path) -> None:
    file = tmp_path / "sheet.jpg"
    assert cli.main(["findings", str(folder), "sheet", "-o", str(file)]) == 0
    assert decode_rgb(file.read_bytes()).shape[2] == 3


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (["export"], "export writes a file: name it with -o"),
        (["--since", "yesterday"], "--since yesterday: give a time such as"),
        (["sheet", "-o", "sheet.gif"], "sheet.gif is no .jpg"),
        (["--class", "rust"], "there are dent, scratch"),
    ],
    ids=["no_file", "no_time", "no_jpeg", "no_class"],
)
def test_a_wrong_argument_is_one_line(
    folder: Path, arguments: list[str], reason: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.main(["findings", str(folder), *arguments]) == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert reason in line
