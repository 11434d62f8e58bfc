"""docs/own-data.md: its commands run as they stand there, its files are read."""

import os
import re
import shlex
import subprocess
from pathlib import Path

import cv2
import numpy as np
import pytest
from laecips_cloud.annotations.formats import FORMATS
from laecips_cloud.training.data.folder.class_file import FolderClasses
from laecips_cloud.training.data.folder.layout import find_pairs
from laecips_cloud.training.data.folder.splits import read_splits
from laecips_edge.cli import main
from laecips_edge.core.bundle.bundle import Bundle
from laecips_eval.datasets.importing.class_map import ClassMap

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "own-data.md").read_text(encoding="utf-8")
QUICK = (
    "--frames 8 --width 0.125 --miner-width 0.125 --input-size 64x96 --steps 4 --miner-steps 2 "
    "--folds 2 --variants 1"
)


def blocks(language: str, word: str) -> list[str]:
    found = re.findall(rf"^```{language}\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)
    return [block for block in found if word in block]


def write_plant(root: Path, count: int) -> None:
    random = np.random.default_rng(3)
    for part in ("images", "labels"):
        (root / part).mkdir(parents=True)
    for number in range(count):
        mask = random.integers(0, 3, (4, 6)).repeat(16, axis=0).repeat(16, axis=1).astype(np.uint8)
        noise = random.integers(0, 30, (64, 96, 3))
        cv2.imwrite(str(root / "images" / f"{number}.jpg"), mask[:, :, None] * 90 + noise)
        cv2.imwrite(str(root / "labels" / f"{number}.png"), mask)


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_from_pictures_to_a_replay(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """As it stands there, but for the size of the training, and in this process."""
    (script,) = blocks("sh", "laecips train")
    assert len(script.splitlines()) <= 10
    script = script.replace("-o out/plant\n", f"-o out/plant {QUICK}\n")
    write_plant(tmp_path / "plant", 15)
    # The shell does what the shell does, and tells which commands would run.
    shell = 'laecips() { printf "%q " "$@"; echo; }\n' + script
    done = subprocess.run(
        ["/bin/bash", "-euo", "pipefail", "-c", shell],
        cwd=tmp_path,
        env=os.environ | {"HOME": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    monkeypatch.chdir(tmp_path)
    for command in done.stdout.splitlines():
        assert main(shlex.split(command)) == 0, command
    said = capsys.readouterr().out
    assert "a training would learn from 12 frames and hold 3 out" in said
    assert "plant-bag: 3 frames" in said
    assert "mIoU" in said
    bundle = Bundle.load(tmp_path / "out" / "plant")
    assert bundle.manifest.name == "plant"
    assert bundle.manifest.classes == ("background", "scratch", "dent")


def test_its_classes_are_read(tmp_path: Path) -> None:
    (text,) = blocks("yaml", "ignore_index")
    (tmp_path / "classes.yaml").write_text(text, encoding="utf-8")
    kinds = FolderClasses.read(tmp_path / "classes.yaml")
    assert kinds.names == ("background", "scratch", "dent")
    stored = np.array([[0, 128, 254, 255, 11]], np.uint8)
    assert kinds.labels_of(stored).tolist() == [[0, 1, 2, 2, 255]]


def test_its_layout_is_read(tmp_path: Path) -> None:
    (text,) = blocks("yaml", "_mask.png")
    for file in ("raw/rgb/day1/0007.jpg", "raw/masks/day1/0007_mask.png"):
        (tmp_path / file).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / file).touch()
    (tmp_path / "own").mkdir()
    (tmp_path / "own" / "layout.yaml").write_text(text, encoding="utf-8")
    assert list(find_pairs(tmp_path / "own").pairs) == ["day1/0007"]


def test_its_splits_are_read(tmp_path: Path) -> None:
    for text in (*blocks("yaml", "held_out: [day2"), *blocks("yaml", "by: time")):
        (tmp_path / "splits.yaml").write_text(text, encoding="utf-8")
        splits = read_splits(tmp_path, [str(number) for number in range(10)], by_folder=False)
        assert list(splits) == ["train", "held_out"]


def test_its_map_of_categories_is_read(tmp_path: Path) -> None:
    (text,) = blocks("yaml", "kratzer")
    (tmp_path / "map.yaml").write_text(text, encoding="utf-8")
    assert ClassMap.read(tmp_path / "map.yaml", background="background").labels["bump"] == 2


def test_it_names_every_format() -> None:
    assert re.findall(r"^\| `([\w-]+)` \|", PAGE, re.MULTILINE) == [
        *("coco", "cvat", "label-studio", "labelme", "voc", "yolo"),
        *("cityscapes", "ade20k", "supervisely"),
    ]
    assert set(re.findall(r"^\| `([\w-]+)` \|", PAGE, re.MULTILINE)) == set(FORMATS)
