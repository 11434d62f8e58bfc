from pathlib import Path

import pytest
from laecips_bringup.own_pictures.mask_names import layout_of
from laecips_cloud.training.data.errors import DatasetError


def touch(root: Path, *files: str) -> None:
    for file in files:
        (root / file).parent.mkdir(parents=True, exist_ok=True)
        (root / file).touch()


@pytest.mark.parametrize(
    ("files", "images", "masks", "patterns"),
    [
        (
            ["rgb/1.jpg", "rgb/2.JPG", "masks/1.png", "masks/2.png"],
            *("rgb", "masks"),
            ("rgb/{name}.*", "masks/{name}.png"),
        ),
        (
            ["rgb/day1/1.jpg", "gt/day1/1_mask.bmp", "gt/day1/notes.txt"],
            *("rgb", "gt"),
            ("rgb/{name}.*", "gt/{name}_mask.bmp"),
        ),
        (
            ["all/1.png", "all/1_label.png", "all/2.png", "all/2_label.png"],
            *("all", "all"),
            ("{name}.*", "{name}_label.png"),
        ),
        (
            ["all/1.jpg", "all/masks/1.png"],
            *("all", "all/masks"),
            ("{name}.*", "masks/{name}.png"),
        ),
    ],
    ids=["same names", "suffix, in folders", "one folder", "one in the other"],
)
def test_how_masks_are_named(tmp_path: Path, files, images, masks, patterns) -> None:
    touch(tmp_path, *files)
    layout = layout_of(tmp_path / images, tmp_path / masks)
    root = tmp_path / "all" if images == "all" else tmp_path
    assert (layout.root, tuple(layout.patterns)) == (root, patterns)


@pytest.mark.parametrize(
    ("masks", "message"),
    [
        ("nowhere", r"nowhere: no such folder"),
        ("other", r"other: no mask is named after a picture of .*rgb, such as 1.png; rename them"),
    ],
)
def test_what_is_refused(tmp_path: Path, masks: str, message: str) -> None:
    touch(tmp_path, "rgb/1.jpg", "other/x.png")
    with pytest.raises(DatasetError, match=message):
        layout_of(tmp_path / "rgb", tmp_path / masks)
