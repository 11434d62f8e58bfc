"""`laecips drift`."""

import argparse
from pathlib import Path

import cv2
import numpy as np
import pytest
from laecips_eval.bags import open_bag
from laecips_eval.commands import drift

ROOT = Path(__file__).resolve().parents[3]
SMOKE, EXAMPLE = ROOT / "rosbags" / "smoke", ROOT / "config" / "drift.yaml"


def run(*arguments: object) -> int:
    parser = argparse.ArgumentParser()
    drift.add_arguments(parser)
    return drift.run(parser.parse_args(list(map(str, arguments))))


@pytest.fixture
def pictures(tmp_path: Path) -> Path:
    folder = tmp_path / "pictures"
    folder.mkdir()
    for index in range(8):
        cv2.imwrite(str(folder / f"{index}.jpg"), np.full((40, 60, 3), 30 * index, np.uint8))
    return folder


@pytest.mark.slow
def test_a_bag(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(SMOKE, tmp_path / "new", "--set", EXAMPLE) == 0
    told = capsys.readouterr().out
    assert "100 frames of /camera/image/compressed, 100 with truth" in told
    assert "  as_taken: 0 to 29, as taken" in told
    bag = open_bag(tmp_path / "new")
    assert [it.name for it in bag.segments][-1] == "moved_camera"
    assert len(bag.truth()) == 100


def test_pictures(pictures: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(pictures, tmp_path / "new", "--set", EXAMPLE) == 0
    assert run(pictures, tmp_path / "bag", "--set", EXAMPLE, "--bag", "--rate", 2) == 0
    assert "8 pictures, 0 with labels" in capsys.readouterr().out
    assert (
        len(list((tmp_path / "new" / "images").iterdir())) == len(open_bag(tmp_path / "bag")) == 8
    )


def test_errors(pictures: Path, tmp_path: Path) -> None:
    new = tmp_path / "new"
    with pytest.raises(ValueError, match="pictures: there already; remove it"):
        run(pictures, pictures, "--set", EXAMPLE)
    with pytest.raises(ValueError, match="is a bag already"):
        run(SMOKE, new, "--set", EXAMPLE, "--bag")
    with pytest.raises(ValueError, match=r"--image-topic: .* is no bag"):
        run(pictures, new, "--set", EXAMPLE, "--image-topic", "/eye")
    with pytest.raises(ValueError, match="nothing: neither a bag nor a folder"):
        run(tmp_path / "nothing", new, "--set", EXAMPLE)
    with pytest.raises(ValueError, match=r"nothing.yaml: cannot be read"):
        run(pictures, new, "--set", tmp_path / "nothing.yaml")
    assert not new.exists()
