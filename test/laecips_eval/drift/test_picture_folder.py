"""Folders of pictures under a drift."""

from pathlib import Path

import cv2
import numpy as np
import pytest
from laecips_cloud.training.data.frame_folder import FrameFolder
from laecips_eval.bags import Segment, open_bag
from laecips_eval.drift.perturb import Perturbation
from laecips_eval.drift.picture_folder import PictureFolder, write_bag, write_folder
from laecips_eval.drift.plan import plan
from laecips_eval.drift.recipe import DriftError, DriftRecipe

RECIPE = DriftRecipe.model_validate(
    {
        "segments": [
            {"name": "as_taken", "frames": 2},
            {"name": "later", "dimming": 0.6, "camera": 0.7},
        ]
    }
)


@pytest.fixture
def plant(tmp_path: Path, blocks: np.ndarray) -> Path:
    """Four pictures of both kinds, one without a mask."""
    root = tmp_path / "plant"
    for folder in ("images/day", "labels/day"):
        (root / folder).mkdir(parents=True)
    for name in ("1.jpg", "day/2.png", "9.png", "10.JPG"):
        cv2.imwrite(str(root / "images" / name), blocks)
        if name != "9.png":
            label = (blocks[:, :, 0] > 99).astype(np.uint8) * 255
            cv2.imwrite(str(root / "labels" / Path(name).with_suffix(".png")), label)
    (root / "classes.yaml").write_text("classes: [a, b]\nvalues: [0, 255]\n", encoding="utf-8")
    return root


def drift_of(source: PictureFolder) -> Perturbation:
    return Perturbation(plan(RECIPE, len(source)))


def silent(done: int, total: int) -> None:
    """Tell nobody."""


def test_a_folder_with_labels(plant: Path, tmp_path: Path) -> None:
    source = PictureFolder(plant)
    assert source.names == ("1", "9", "10", "day/2")
    assert source.labelled == 3
    new = tmp_path / "deep" / "new"
    write_folder(source, drift_of(source), new, progress=silent)
    for name in ("images/1.jpg", "images/9.png"):
        assert (new / name).read_bytes() == (plant / name).read_bytes()
    frames = FrameFolder(new)
    assert dict(frames.splits) == {"as_taken": ("1",), "later": ("10", "day/2")}
    assert FrameFolder(new, "as_taken").names == ("1",)
    assert frames.names == ("1", "10", "day/2")
    assert np.array_equal(frames[0].label, source.read(0).label)
    for before, after in ((source.read(2), frames[1]), (source.read(3), frames[2])):
        assert after.image.mean() < before.rgb.mean() * 0.7
        assert not np.array_equal(after.label, before.label)
        assert set(np.unique(after.label)) == {0, 1, 255}
    assert [path.name for path in tmp_path.joinpath("deep").iterdir()] == ["new"]


def test_a_folder_becomes_a_bag(plant: Path, tmp_path: Path) -> None:
    source = PictureFolder(plant)
    write_bag(source, drift_of(source), tmp_path / "bag", rate_hz=5, progress=silent)
    bag = open_bag(tmp_path / "bag")
    assert bag.segments == (Segment("as_taken", 0, 2), Segment("later", 2, 4))
    assert bag.classes == ("a", "b")
    stamps = [frame.stamp_ns for frame in bag.frames()]
    assert [stamp in bag.truth() for stamp in stamps] == [True, False, True, True]


def test_pictures_alone(plant: Path, tmp_path: Path) -> None:
    (plant / "classes.yaml").unlink()
    source = PictureFolder(plant)
    assert (len(source), source.labelled, source.classes) == (4, 0, ())
    write_folder(source, drift_of(source), tmp_path / "new", progress=silent)
    assert not (tmp_path / "new" / "labels").exists()
    assert not (tmp_path / "new" / "classes.yaml").exists()
    assert PictureFolder(tmp_path / "new").names == source.names
    assert len(PictureFolder(plant / "images" / "day")) == 1


def test_what_cannot_be_used(plant: Path, tmp_path: Path) -> None:
    with pytest.raises(DriftError, match="neither a bag nor a folder of pictures"):
        PictureFolder(tmp_path / "nothing")
    (tmp_path / "labels").mkdir()
    with pytest.raises(DriftError, match=r"labels: no pictures \(jpg"):
        PictureFolder(tmp_path / "labels")
    (plant / "classes.yaml").unlink()
    (plant / "images" / "1.png").touch()
    with pytest.raises(DriftError, match=r"1.png: 1.jpg has the same name"):
        PictureFolder(plant)


def test_a_picture_that_cannot_be_read_leaves_nothing_behind(plant: Path, tmp_path: Path) -> None:
    (plant / "images" / "10.JPG").write_bytes(b"\xff\xd8broken")
    source = PictureFolder(plant)
    with pytest.raises(ValueError, match=r"10.JPG: cannot be decoded"):
        write_folder(source, drift_of(source), tmp_path / "new", progress=silent)
    assert [path.name for path in tmp_path.iterdir()] == ["plant"]
