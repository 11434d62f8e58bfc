"""Labelled frames in a folder, and what can be wrong with it."""

from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
import pytest
from laecips_cloud.training.data.frame_folder import (
    FrameFolder,
    FrameFolderError,
    write_frame_folder,
)
from laecips_cloud.training.data.labelled_frames import LabelledFrames


@pytest.fixture
def folder(tmp_path: Path, toy_frames: Callable[..., LabelledFrames]) -> Path:
    write_frame_folder(toy_frames(count=5), tmp_path / "source")
    return tmp_path / "source"


def test_what_is_written_is_read(folder: Path, toy_frames: Callable[..., LabelledFrames]) -> None:
    frames, written = FrameFolder(folder), toy_frames(count=5)
    assert (frames.classes, frames.palette) == (written.classes, written.palette)
    assert len(frames) == 5
    for index in range(5):
        name, image, label = frames[index]
        assert name == f"{index:06d}-0-{index}"
        np.testing.assert_array_equal(image, written[index].image)
        np.testing.assert_array_equal(label, written[index].label)
    with pytest.raises(IndexError, match="5 frames, there is no frame 5"):
        frames[5]


def test_jpeg_pictures_are_read_too(folder: Path) -> None:
    path = folder / "images" / "000002-0-2.png"
    picture = cv2.imread(str(path))
    path.unlink()
    cv2.imwrite(str(path.with_suffix(".jpg")), picture)
    assert FrameFolder(folder)[2].name == "000002-0-2"


@pytest.mark.parametrize(
    ("most", "learnt", "held_out"), [(9, "01234", ""), (5, "024", "13"), (3, "04", "2")]
)
def test_three_in_ten_are_held_out_evenly_spread(
    most: int, learnt: str, held_out: str, folder: Path
) -> None:
    first, second = FrameFolder(folder).split(most)
    names = [[frame.name[-1] for frame in part] for part in (first, second)]
    assert sorted(names[0] + names[1]) == sorted(set(names[0] + names[1]))
    assert names[0]
    assert names[1]
    assert len(names[0]) + len(names[1]) == min(most, 5)
    if held_out:
        assert names == [list(learnt), list(held_out)]


@pytest.mark.parametrize(("most", "learnt", "held_out"), [(9, "024", "13"), (3, "04", "1")])
def test_a_file_may_say_what_is_held_out(
    most: int, learnt: str, held_out: str, tmp_path: Path, toy_frames: Callable[..., LabelledFrames]
) -> None:
    root = tmp_path / "told"
    write_frame_folder(toy_frames(count=5), root, held_out=(1, 3))
    first, second = FrameFolder(root).split(most)
    assert [frame.name[-1] for frame in first] == list(learnt)
    assert [frame.name[-1] for frame in second] == list(held_out)


@pytest.mark.parametrize(
    ("names", "message"),
    [
        ("000001-0-1 nobody", "no picture nobody"),
        ("", "names no frame"),
        (" ".join(f"00000{i}-0-{i}" for i in range(5)), "names every frame"),
    ],
)
def test_what_cannot_be_held_out_is_told(names: str, message: str, folder: Path) -> None:
    (folder / "held_out.txt").write_text(names, encoding="utf-8")
    with pytest.raises(FrameFolderError, match=message):
        FrameFolder(folder)


def test_the_fingerprint_changes_with_the_frames(folder: Path) -> None:
    before = FrameFolder(folder).fingerprint
    assert FrameFolder(folder).fingerprint == before
    (folder / "images" / "000004-0-4.png").unlink()
    assert FrameFolder(folder).fingerprint != before


def _no_labels(folder: Path) -> None:
    (folder / "labels" / "000001-0-1.png").unlink()


def _no_pictures(folder: Path) -> None:
    for path in (folder / "images").iterdir():
        path.unlink()


def _no_classes(folder: Path) -> None:
    (folder / "classes.yaml").unlink()


def _few_colours(folder: Path) -> None:
    (folder / "classes.yaml").write_text("classes: [a, b, c]\ncolors: [[1, 2, 3]]\n")


def _no_colours(folder: Path) -> None:
    (folder / "classes.yaml").write_text("classes: [a, b, c]\n")


def _no_yaml(folder: Path) -> None:
    (folder / "classes.yaml").write_text("classes: [\n")


@pytest.mark.parametrize(
    ("spoil", "message"),
    [
        (_no_labels, "labels/000001-0-1.png: missing; label 000001-0-1.png, or take it away"),
        (_no_pictures, "no picture in images/ (jpg or png); put some there"),
        (_no_classes, "classes.yaml: cannot be read (No such file or directory); write classes"),
        (_few_colours, "colors must be one [red, green, blue] for each of the 3 classes"),
        (_no_colours, "classes.yaml: has no list colors; write one entry a class"),
        (_no_yaml, "classes.yaml: not YAML (while parsing"),
    ],
)
def test_a_folder_that_is_none(spoil: Callable[[Path], None], message: str, folder: Path) -> None:
    spoil(folder)
    with pytest.raises(FrameFolderError) as caught:
        FrameFolder(folder)
    assert message in str(caught.value)
    assert "\n" not in str(caught.value)


def test_no_folder() -> None:
    with pytest.raises(FrameFolderError, match="/nowhere: no such folder; give one with images/"):
        FrameFolder("/nowhere")


@pytest.mark.parametrize(
    ("label", "message"),
    [
        (np.zeros((3, 4), np.uint8), r"uint8 \[3, 4\], its picture is \[64, 96\]; write 8-bit"),
        (np.zeros((64, 96), np.uint16), "uint16"),
        (np.full((64, 96), 3, np.uint8), "label 3 of 3 classes; write class indices, 255 where"),
        (None, "cannot be decoded; copy it again, or take it away"),
    ],
)
def test_labels_that_do_not_fit(label: np.ndarray | None, message: str, folder: Path) -> None:
    path = folder / "labels" / "000001-0-1.png"
    if label is None:
        path.write_bytes(b"no picture")
    else:
        cv2.imwrite(str(path), label)
    with pytest.raises(FrameFolderError, match=f"{path}: .*{message}"):
        FrameFolder(folder)[1]
