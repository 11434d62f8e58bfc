"""`laecips dataset`: the words and the exit status."""

import json
from pathlib import Path

import pytest
from laecips_edge.cli import main


def check(*arguments: object) -> int:
    return main(["dataset", "check", *map(str, arguments)])


@pytest.mark.parametrize("named", ["", "--root"])
def test_a_good_folder(named: str, camvid: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (camvid / "splits.yaml").write_text("by: time")
    assert check(*filter(None, (named, camvid))) == 0
    said = capsys.readouterr().out
    assert f"{camvid}: 10 pictures with masks, 4 classes, 128 x 96 (10)" in said
    assert said.endswith(
        f"learn from 8 frames and hold 2 out: laecips train --dataset folder --root {camvid} "
        "-o BUNDLE\n"
    )


def test_splits_may_be_named(camvid: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert check(camvid, "--split", "day,pretrain", "--held-out", "dusk") == 0
    said = capsys.readouterr().out
    assert "learn from 8 frames and hold 2 out" in said
    assert f"--root {camvid} --split day,pretrain --held-out dusk -o BUNDLE" in said


def test_camvid_has_its_own_usual_splits(camvid: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert check(camvid, "--dataset", "camvid", "--held-out", "dusk") == 0
    assert "learn from 5 frames and hold 2 out" in capsys.readouterr().out


def test_without_classes_it_says_what_masks_hold(
    camvid: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (camvid / "classes.yaml").unlink()
    assert check(camvid) == 1
    first, second = capsys.readouterr().out.splitlines()
    assert first.startswith(f"{camvid}: 10 pictures with masks; masks hold ")
    assert second.startswith(f"refused: {camvid}/classes.yaml: cannot be read (No such file")


def test_of_splits_without_one_to_learn_from_the_rest_is_told_too(
    camvid: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert check(camvid) == 1
    said = capsys.readouterr().out.splitlines()
    assert said[0].startswith(f"{camvid}: 10 pictures")
    assert said[-1].startswith(f"refused: {camvid}: no split of day, dusk, pretrain is named train")


def test_masks_that_do_not_fit(camvid: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (camvid / "splits.yaml").unlink()
    (camvid / "classes.yaml").write_text("classes: [belt, part, screw, scratch]")
    assert check(camvid) == 1
    said = capsys.readouterr().out.splitlines()
    assert said[-2].startswith("masks hold ")
    assert "11 1.0%" in said[-2]
    assert said[-1].startswith("refused: label 11 of 4 classes; write class indices, 255 where")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [((), "name a folder: laecips dataset check DIR"), (("/nowhere",), None)],
)
def test_no_folder(
    arguments: tuple[str, ...], message: str | None, capsys: pytest.CaptureFixture[str]
) -> None:
    assert check(*arguments) == (2 if message else 1)
    said = capsys.readouterr()
    if message:
        assert message in said.err
    else:
        assert said.out == "refused: /nowhere: no such folder; give one with images/ and labels/\n"


COCO = {
    "categories": [{"id": 1, "name": "part"}, {"id": 2, "name": "screw"}],
    "images": [
        {"id": number, "file_name": f"{name}.jpg", "height": 96, "width": 128}
        for number, name in enumerate("abcdefghijx")
    ],
    "annotations": [
        {"image_id": number, "category_id": 1, "segmentation": [[9, 9, 30 + number, 9, 9, 30]]}
        for number in range(9)
    ],
}


def test_annotations_of_another_tool_are_brought_in_checked_and_ready(
    camvid: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    source, target = tmp_path / "coco.json", tmp_path / "plant"
    source.write_text(json.dumps(COCO))
    options = ["--images", str(camvid / "images")]
    assert main(["dataset", "import", "coco", str(source), str(target), *options]) == 0
    assert capsys.readouterr().out.splitlines() == [
        "note: categories never drawn, which are no classes: 1 (screw)",
        "note: pictures on which nothing was drawn, all background: 1 (j)",
        "left out: pictures that are not there, or in several places: 1 (x.jpg)",
        f"{target}: 10 pictures (no split 10), classes background, part; next: laecips dataset "
        f"check {target}",
    ]
    assert check(target) == 0
    assert main(["dataset", "import", "coco", str(source), str(target), *options]) == 2
    assert f"{target}: there already" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("options", "classes"),
    [
        ([], "background, part"),
        (["--background", "belt"], "belt, part"),
        (["--no-background"], "part"),
        (["--classes"], "background, thing"),
    ],
)
def test_classes_of_an_import(
    options: list[str],
    classes: str,
    camvid: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    source, table = tmp_path / "coco.json", tmp_path / "table.yaml"
    source.write_text(json.dumps(COCO))
    table.write_text("classes: {thing: [part, screw]}")
    if options == ["--classes"]:
        options = ["--classes", str(table)]
    options += ["--images", str(camvid / "images"), "--skip-empty"]
    assert main(["dataset", "import", "coco", str(source), str(tmp_path / "plant"), *options]) == 0
    assert f"9 pictures (no split 9), classes {classes}; next" in capsys.readouterr().out
