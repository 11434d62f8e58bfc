"""`laecips new`: what is asked for, what is made, and that it goes on."""

import json
from pathlib import Path

import cv2
import numpy as np
import pytest
from laecips_edge.cli import main
from laecips_edge.core.bundle.bundle import Bundle
from laecips_edge.core.inference.segmenter import Segmenter

SMALL = (
    "--training=--width 0.125 --miner-width 0.125 --steps 4 --miner-steps 2 --folds 2 --variants 1"
)


@pytest.fixture
def plant(tmp_path: Path) -> list[str]:
    """Options that name fifty grey pictures and their masks."""
    random = np.random.default_rng(3)
    for part in ("rgb", "masks"):
        (tmp_path / "plant" / part).mkdir(parents=True)
    for number in range(50):
        mask = random.integers(0, 3, (4, 6)).repeat(16, axis=0).repeat(16, axis=1).astype(np.uint8)
        noise = random.integers(0, 30, mask.shape).astype(np.uint8)
        cv2.imwrite(str(tmp_path / "plant" / "rgb" / f"{number}.png"), mask * 90 + noise)
        cv2.imwrite(str(tmp_path / "plant" / "masks" / f"{number}_mask.png"), mask)
    folders = [f"--{name}={tmp_path / 'plant' / part}" for name, part in
               (("images", "rgb"), ("masks", "masks"))]  # fmt: skip
    return [*folders, "--classes", "belt,scratch,dent"]


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_from_pictures_to_a_bundle_and_on_where_it_stopped(
    tmp_path: Path, plant: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "new"
    assert main(["new", str(out), *plant, SMALL]) == 0
    said = capsys.readouterr().out
    assert "input size 64x96 for pictures of 64x96" in said
    assert f"{out / 'bundle'}: the bundle of a robot, 3 classes" in said
    assert f"edge.launch.py image_topic:=/camera/image_raw bundle:={out / 'bundle'}" in said
    assert f"{out / 'bundle.training' / 'report.html'}: what f overlooks" in said
    bundle = Bundle.load(out / "bundle")
    assert bundle.manifest.name == "new"
    assert bundle.manifest.classes == ("belt", "scratch", "dent")
    Segmenter(bundle).self_test()
    report = json.loads((out / "run" / "offline.json").read_text())
    assert report["frames"] == 10, "the last fifth is held out"
    assert len(report["segments"]) > 1, "they are replayed under drift"

    (out / "run" / "offline.json").rename(out / "kept")
    (out / "run" / "offline.csv").unlink()
    (out / "run").rmdir()
    assert main(["new", str(out), "--no-drift"]) == 0, "the other options are known from before"
    said = capsys.readouterr().out
    assert "[2/4] train: done before" in said
    assert "[4/4] replay: laecips replay" in said
    assert "--perturb" not in said
    assert Bundle.load(out / "bundle").manifest == bundle.manifest


def test_a_training_that_would_be_refused_stops_at_the_check(
    tmp_path: Path, plant: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "new"
    assert main(["new", str(out), *plant[:-1], "belt,scratch,dent,hole"]) == 1
    said = capsys.readouterr().out
    assert "refused: what is learnt from: no pixel of hole" in said
    assert said.endswith(f"stopped; `laecips new {out}` goes on from here\n")
    assert not (out / "bundle").exists()


@pytest.mark.parametrize(
    ("left_out", "message"),
    [
        (0, "--images is missing: folder of the pictures; or give a labelled folder with --root"),
        (1, "--masks is missing: folder of the masks"),
        (2, "--classes is missing: classes, in the order of the values in the masks"),
    ],
)
def test_what_is_missing_is_named_where_nobody_can_be_asked(
    tmp_path: Path,
    plant: list[str],
    capsys: pytest.CaptureFixture[str],
    left_out: int,
    message: str,
) -> None:
    given = [*plant[:left_out], *plant[left_out + 1 :]] if left_out < 2 else plant[:2]
    assert main(["new", str(tmp_path / "new"), *given]) == 2
    error = capsys.readouterr().err
    assert f"laecips new: {message}" in error
    assert error.count("\n") == 1
    assert not (tmp_path / "new").exists()


@pytest.mark.parametrize(("option", "value"), [("--images", "/nowhere"), ("--split-by", "folder")])
def test_what_the_folder_of_root_says_is_not_asked_for(
    option: str, value: str, tmp_path: Path, plant: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    given = ["--root", str(tmp_path / "plant"), option, value]
    assert main(["new", str(tmp_path / "new"), *given]) == 2
    assert f"laecips new: {option}: the folder of --root says it" in capsys.readouterr().err
    assert not (tmp_path / "new").exists()


def test_a_folder_of_other_things_is_left_alone(
    tmp_path: Path, plant: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["new", str(tmp_path / "plant"), *plant]) == 2
    assert "there already, and not from laecips new" in capsys.readouterr().err
    assert sorted(path.name for path in (tmp_path / "plant").iterdir()) == ["masks", "rgb"]
