"""`laecips experiment`: what cannot be is said in one line, before anything is measured."""

from pathlib import Path

import pytest
from laecips_edge.cli import main
from laecips_eval.experiments.first_training.measure import MANY, Run

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


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--root", "plant"], "--root 'plant' is not NAME=DIR"),
        (["--root", "inspection=/a"], "--root: inspection is generated"),
        (["--sets", "mars"], "--sets: no 'mars'; there are inspection"),
        (["--recipes", "magic"], "--recipes: no 'magic'; there are recipe, "),
        (["--seconds", "-1"], "--seconds is -1.0: give more than 0"),
        (["--steps", "0"], "--steps is 0: give at least 1"),
        (["--sets", "plant", "--root", f"plant={NOWHERE}"], f"{NOWHERE}: no such folder"),
    ],
)
def test_what_cannot_be_of_first_training(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], message: str
) -> None:
    page = tmp_path / "page.md"
    options = ["-o", str(page), "--runs", str(tmp_path / "runs"), *arguments]
    assert main(["experiment", "first-training", *options]) == 2
    said = capsys.readouterr()
    assert f"laecips experiment: {message}" in said.err
    assert said.err.count("\n") == 1
    assert not page.exists()


def test_the_page_of_finished_runs_is_written_without_a_training(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    page, runs = tmp_path / "docs" / "page.md", tmp_path / "runs"
    runs.mkdir()
    run = Run(
        pictures="inspection", variant="earlier", seconds=5.0, most_steps=MANY, seed=0, steps=7,
        parameters=9, miou=0.5, miou_views=0.25, miou_met=0.125, iou=[0.5], precision=[1.0],
        recall=[None],
    )  # fmt: skip
    (runs / "inspection.earlier.5s.0.json").write_text(run.model_dump_json(), encoding="utf-8")
    options = ["-o", str(page), "--runs", str(runs), "--page-only"]
    assert main(["experiment", "first-training", *options]) == 0
    assert capsys.readouterr().out == f"wrote {page}\n"
    row = "| earlier | 0.500 | 0.250 | 0.125 | 1.000 | - | 7 | 1 |"
    assert row in page.read_text(encoding="utf-8")


def test_an_unknown_experiment(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["experiment", "alchemy"])
    assert "invalid choice: 'alchemy' (choose from" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--every", "0"], "every is 0: give a whole number of at least 1"),
        (["--drive", "mars"], "there is no drive 'mars': there are shift, patrol"),
        (["--stream", "steel=a,b"], "--stream 'steel=a,b' is not NAME=BAG,BUNDLE,TEACHER"),
        (["--stream", "steel=a,b,c,d,e"], "--stream 'steel=a,b,c,d,e' is not NAME=BAG,"),
        (["--drive"], "there is nothing to measure: give --drive a name, or a --stream"),
        (["--stream", "a/b=a,b,c"], "--stream 'a/b=a,b,c' is not NAME=BAG,BUNDLE,TEACHER"),
        (["--config", f"{NOWHERE}/a.yaml"], f"{NOWHERE}/a.yaml: cannot be read ("),
    ],
)
def test_what_cannot_be_of_miners(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], message: str
) -> None:
    options = ["-o", str(tmp_path / "page.md"), "--models", str(tmp_path / "models"), *arguments]
    assert main(["experiment", "miners", *options]) == 2
    assert f"laecips experiment: {message}" in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []
