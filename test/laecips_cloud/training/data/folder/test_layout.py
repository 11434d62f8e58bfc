"""Which mask belongs to which picture, wherever they lie."""

import re
from pathlib import Path

import pytest
from laecips_cloud.training.data.errors import DatasetError
from laecips_cloud.training.data.folder.layout import find_pairs, natural_order


def lay(root: Path, *files: str, layout: str = "") -> Path:
    for file in files:
        (root / file).parent.mkdir(parents=True, exist_ok=True)
        (root / file).touch()
    if layout:
        (root / "layout.yaml").write_text(layout, encoding="utf-8")
    return root


@pytest.mark.parametrize(
    ("files", "layout", "pairs"),
    [
        ("images/a.jpg labels/a.png", "", {"a": ("images/a.jpg", "labels/a.png")}),
        ("images/d/e/a.PNG labels/d/e/a.png", "", {"d/e/a": ("images/d/e/a.PNG",)}),
        ("train/images/a.bmp train/labels/a.png", "", {"train/a": ("train/images/a.bmp",)}),
        (
            "images/a.tif masks/a_mask.png",
            "labels: masks/{name}_mask.png",
            {"a": ("images/a.tif", "masks/a_mask.png")},
        ),
        (
            "x/a.png x/a_m.png",
            "images: '{name}.png'\nlabels: '{name}_m.png'",
            {"x/a": ("x/a.png", "x/a_m.png")},
        ),
        (
            "left/train/ulm/a_left.png gt/train/ulm/a_gt.png gt/train/ulm/a_color.png",
            "images: left/{name}_left.png\nlabels: gt/{name}_gt.png",
            {"train/ulm/a": ("left/train/ulm/a_left.png", "gt/train/ulm/a_gt.png")},
        ),
        (
            "rgb/val/a.jpg mask/val/a.png",
            "images: rgb/{split}/{name}.jpg\nlabels: mask/{split}/{name}.png",
            {"val/a": ("rgb/val/a.jpg", "mask/val/a.png")},
        ),
        ("images/a(1)+.jpg labels/a(1)+.png", "", {"a(1)+": ("images/a(1)+.jpg",)}),
    ],
)
def test_pairs(files: str, layout: str, pairs: dict[str, tuple[str, ...]], tmp_path: Path) -> None:
    found = find_pairs(lay(tmp_path, *files.split(), layout=layout))
    assert list(found.pairs) == list(pairs)
    for name, paths in pairs.items():
        seen = [str(path.relative_to(tmp_path)) for path in found.pairs[name]]
        assert seen[: len(paths)] == list(paths)
    assert not found.unlabelled
    assert not found.orphans


def test_what_has_no_counterpart_is_told(tmp_path: Path) -> None:
    found = find_pairs(
        lay(tmp_path, "images/a.jpg", "images/b.jpg", "labels/b.png", "labels/c.png")
    )
    assert list(found.pairs) == ["b"]
    assert found.unlabelled == {"a": tmp_path / "images/a.jpg"}
    assert found.orphans == {"c": tmp_path / "labels/c.png"}


def test_hidden_files_and_other_files_are_none(tmp_path: Path) -> None:
    others = "images/._a.jpg", "images/.trash/b.jpg", "images/notes.txt", "labels/a.json"
    found = find_pairs(lay(tmp_path, "images/a.jpg", "labels/a.png", *others))
    assert list(found.pairs) == ["a"]
    assert not found.unlabelled


def test_a_linked_folder_is_followed(tmp_path: Path) -> None:
    lay(tmp_path / "far", "a.jpg")
    lay(tmp_path / "near", "labels/day/a.png", "images/b.jpg")
    (tmp_path / "near/images/day").symlink_to(tmp_path / "far")
    assert list(find_pairs(tmp_path / "near").pairs) == ["day/a"]


def test_in_the_order_of_the_numbers(tmp_path: Path) -> None:
    names = ["f2", "f10", "f02", "f9x1", "f9x0", "f002", "f", "10", "9"]
    files = [f"{kind}/{name}.png" for name in names for kind in ("images", "labels")]
    found = find_pairs(lay(tmp_path, *files))
    assert list(found.pairs) == ["9", "10", "f", "f002", "f02", "f2", "f9x0", "f9x1", "f10"]
    assert sorted(names, key=natural_order) == list(found.pairs)


@pytest.mark.parametrize(
    ("files", "layout", "message"),
    [
        ("", "", "no picture is images/{name}.* or {split}/images/{name}.*; put some there, or"),
        ("images/a.jpg", "", "1 pictures, and none has a mask labels/{name}.png; put some there"),
        ("images/a.jpg images/a.png labels/a.png", "", "a.jpg: a.png is a picture named a too; ta"),
        ("a", "images: [a]", "images is ['a']; write a path with {name} in it"),
        ("a", "images: rgb/*.jpg", "images is 'rgb/*.jpg'; write a path with {name} in it"),
        ("a", "labels: '{name}/{name}.png'", "labels is '{name}/{name}.png'; write a path with"),
        ("a", "labels: '{name}/{split}.png'", "before it {split} where a folder is a split"),
        ("a", "images: '{name}.png'\nlabels: '{name}.png'", "images and labels are the same"),
        ("a", "root: nowhere", "root is 'nowhere', which is no folder beside it; name one"),
        ("a", "masks: x", "masks is not known; there are root, images, labels"),
        ("a", "images", "no mapping; write root, images, labels, or take it away"),
    ],
)
def test_layouts_that_are_refused(files: str, layout: str, message: str, tmp_path: Path) -> None:
    with pytest.raises(DatasetError, match=re.escape(message)) as caught:
        find_pairs(lay(tmp_path, *files.split(), layout=layout))
    assert str(tmp_path) in str(caught.value)
