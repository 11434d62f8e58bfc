"""`laecips experiment`: what cannot be is said in one line, before anything is measured."""

from pathlib import Path

import pytest
from laecips_edge.cli import main

NOWHERE = "/nowhere"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--every", "0"], "--every is 0: give at least 1"),
        (["--every", "-3"], "--every is -3: give at least 1"),
        (["--config", f"{NOWHERE}/a.yaml"], f"{NOWHERE}/a.yaml: cannot be read ("),
        (["--config", __file__], f"{__file__}: not YAML ("),
        (["--camvid", NOWHERE], f"{NOWHERE}: no such folder"),
    ],
)
def test_what_cannot_be(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], message: str
) -> None:
    page = tmp_path / "page.md"
    models = tmp_path / "models"
    options = ["-o", str(page), "--models", str(models), *arguments]
    assert main(["experiment", "teachers", *options]) == 2
    said = capsys.readouterr()
    assert f"laecips experiment: {message}" in said.err
    assert said.err.count("\n") == 1
    assert said.out == ""
    assert list(tmp_path.iterdir()) == []


def test_the_pictures_of_labelling_are_missing(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["experiment", "labelling"]) == 2
    assert "experiment labelling needs its pictures: give --neu-seg" in capsys.readouterr().err


def test_an_unknown_experiment(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["experiment", "alchemy"])
    assert "invalid choice: 'alchemy' (choose from" in capsys.readouterr().err
