"""Labelled frames in a folder, and what can be wrong with it."""

import re
from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
import pytest
from laecips_cloud.training.data.errors import DatasetError
from laecips_cloud.training.data.frame_folder import FrameFolder, write_frame_folder
from laecips_cloud.training.data.labelled_frames import UNLABELLED, LabelledFrames

INPUTS = Path(__file__).resolve().parents[4].parent / "shared" / "inputs"


@pytest.fixture
def folder(tmp_path: Path, toy_frames: Callable[..., LabelledFrames]) -> Path:
    write_frame_folder(toy_frames(count=5), tmp_path / "source")
    return tmp_path / "source"


@pytest.fixture
def small(tmp_path: Path) -> Path:
    """Two frames in the layout of CamVid: two classes, void 2, splits by name."""
    for part in ("images", "labels"):
        (tmp_path / part).mkdir()
    for name in ("a", "b"):
        image = np.zeros((8, 12, 3), np.uint8)
        image[:, :, 2] = 200  # red, as OpenCV writes it
        cv2.imwrite(str(tmp_path / "images" / f"{name}.jpg"), image)
        label = np.array([[0, 1, 2] * 4] * 8, np.uint8)
        cv2.imwrite(str(tmp_path / "labels" / f"{name}.png"), label)
    (tmp_path / "classes.yaml").write_text(
        "ignore_index: 2\nclasses: [road, sky]\ncolors: [[1, 2, 3], [4, 5, 6]]\n"
    )
    (tmp_path / "splits.yaml").write_text("first: [b, a]\nsecond: [a]\n")
    return tmp_path


def test_what_is_written_is_read(folder: Path, toy_frames: Callable[..., LabelledFrames]) -> None:
    frames, written = FrameFolder(folder), toy_frames(count=5)
    assert (frames.classes, frames.palette) == (written.classes, written.palette)
    assert len(frames) == 5
    for index in range(5):
        name, image, label = frames[index]
        assert name == frames.names[index] == f"{index:06d}-0-{index}"
        np.testing.assert_array_equal(image, written[index].image)
        np.testing.assert_array_equal(label, written[index].label)
        np.testing.assert_array_equal(frames.label(index), label)
    with pytest.raises(IndexError, match="5 frames, there is no frame 5"):
        frames[5]


def test_frames_in_the_order_of_the_split(small: Path) -> None:
    frames = FrameFolder(small, "first")
    assert [frames[index].name for index in range(len(frames))] == ["b", "a"]
    assert frames.classes == ("road", "sky")
    assert frames.palette == ((1, 2, 3), (4, 5, 6))
    assert FrameFolder(small).names == FrameFolder(small, "all").names == ("a", "b")
    assert FrameFolder(small, "second,first").names == ("a", "b", "a")


def test_rgb_and_void(small: Path) -> None:
    frame = FrameFolder(small, "second")[0]
    red, green, blue = frame.image.reshape(-1, 3).mean(axis=0)
    assert red > 190
    assert max(green, blue) < 10
    assert frame.label[0, :3].tolist() == [0, 1, UNLABELLED]
    assert frame.label.dtype == np.uint8


@pytest.mark.parametrize("index", [-1, 2])
def test_past_the_end(small: Path, index: int) -> None:
    with pytest.raises(IndexError, match="has 2 frames"):
        FrameFolder(small, "first")[index]


@pytest.mark.parametrize(
    ("split", "unknown"),
    [
        ("third", "third"),
        ("first,third,second", "third"),
        ("first, second", " second"),
        ("first,", ""),
        ("", ""),
    ],
)
def test_unknown_split_lists_the_known(small: Path, split: str, unknown: str) -> None:
    with pytest.raises(DatasetError, match=f"no split '{unknown}': it has first, second"):
        FrameFolder(small, split)


@pytest.mark.parametrize(
    ("file", "message"),
    [
        ("labels/a.png", r"splits.yaml: a has no mask for .*images/a.jpg; label it, or take its"),
        ("images/a.jpg", r"splits.yaml: a has no picture for .*labels/a.png; add it, or take its"),
        (None, "splits.yaml: c is no picture's name; a name is such as a, without ending"),
    ],
)
def test_a_split_that_names_what_is_no_frame(small: Path, file: str | None, message: str) -> None:
    if file:
        (small / file).unlink()
    else:
        (small / "splits.yaml").write_text("second: [c]\n")
    with pytest.raises(DatasetError, match=message):
        FrameFolder(small, "second")
    assert len(FrameFolder(small)) == (1 if file else 2)  # of the rest nobody is kept


def test_jpeg_pictures_are_read_too(folder: Path) -> None:
    path = folder / "images" / "000002-0-2.png"
    picture = cv2.imread(str(path))
    path.unlink()
    cv2.imwrite(str(path.with_suffix(".JPG")), picture)
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


def test_what_is_held_out_is_a_split(folder: Path) -> None:
    (folder / "held_out.txt").write_text("000003-0-3\n\n000001-0-1\n", encoding="utf-8")
    assert FrameFolder(folder, "held_out").names == (NAMES[1], NAMES[3])
    assert FrameFolder(folder, "train").names == (NAMES[0], NAMES[2], NAMES[4])
    (folder / "held_out.txt").write_text("000003-0-3\n", encoding="utf-8-sig")  # as Notepad does
    assert FrameFolder(folder, "held_out").names == (NAMES[3],)
    (folder / "held_out.txt").write_text("000003-0-3 \xe4\n", encoding="latin-1")
    with pytest.raises(DatasetError, match=r"held_out.txt: not UTF-8 .*; save it as UTF-8"):
        FrameFolder(folder)
    (folder / "splits.yaml").write_text("by: time")
    with pytest.raises(DatasetError, match=r"held_out.txt: there is splits\.yaml too; take one of"):
        FrameFolder(folder)


@pytest.mark.parametrize(
    ("names", "message"),
    [
        ("000001-0-1\nnobody", "held_out.txt: nobody is no picture's name"),
        ("", "names no frame"),
        ("\n".join(f"00000{i}-0-{i}" for i in range(5)), "names every frame"),
    ],
)
def test_what_cannot_be_held_out_is_told(names: str, message: str, folder: Path) -> None:
    (folder / "held_out.txt").write_text(names, encoding="utf-8")
    with pytest.raises(DatasetError, match=message):
        FrameFolder(folder)


NAMES = [f"00000{i}-0-{i}" for i in range(5)]


@pytest.mark.parametrize(
    ("splits", "learnt", "held_out"),
    [
        ({"train": "412", "held_out": "03"}, "412", "03"),
        ({"train": "41", "val": "2", "test": "03"}, "41", "2"),
        ({"train": "0123", "test": "4"}, "013", "2"),  # by blocks
    ],
)
def test_a_trainer_keeps_to_the_splits(
    splits: dict[str, str], learnt: str, held_out: str, folder: Path
) -> None:
    lines = [f"{key}: [{', '.join(NAMES[int(i)] for i in part)}]" for key, part in splits.items()]
    (folder / "splits.yaml").write_text("\n".join(lines))
    parts = FrameFolder(folder).parts(9)
    assert ["".join(map(str, part)) for part in parts] == [learnt, held_out]


@pytest.mark.parametrize(
    ("splits", "message"),
    [
        ("a: [000001-0-1]\nb: [000002-0-2]", "no split of a, b is named train; name one so"),
        ("train: [000001-0-1]\nval: [000001-0-1]", "000001-0-1 is in train and in val; take it"),
    ],
)
def test_splits_that_no_trainer_can_take(splits: str, message: str, folder: Path) -> None:
    (folder / "splits.yaml").write_text(splits)
    with pytest.raises(DatasetError, match=message):
        FrameFolder(folder).parts(9)


def test_the_fingerprint_changes_with_the_frames(folder: Path) -> None:
    before = FrameFolder(folder).fingerprint
    assert FrameFolder(folder).fingerprint == before
    (folder / "splits.yaml").write_text("by: time")
    split = FrameFolder(folder).fingerprint
    (folder / "images" / "000004-0-4.png").unlink()
    assert len({before, split, FrameFolder(folder).fingerprint}) == 3


def test_a_picture_without_a_mask_and_a_mask_without_a_picture_are_no_frames(folder: Path) -> None:
    (folder / "labels" / "000001-0-1.png").unlink()
    (folder / "images" / "000003-0-3.png").unlink()
    frames = FrameFolder(folder)
    assert frames.names == (NAMES[0], NAMES[2], NAMES[4])
    assert frames.unlabelled == {NAMES[1]: folder / "images" / f"{NAMES[1]}.png"}
    assert frames.orphans == {NAMES[3]: folder / "labels" / f"{NAMES[3]}.png"}


def test_no_folder() -> None:
    with pytest.raises(DatasetError, match="/nowhere: no such folder; give one with images/"):
        FrameFolder("/nowhere")


@pytest.mark.parametrize(
    ("label", "message"),
    [
        (np.zeros((3, 4), np.uint8), r"\[3, 4\], its picture is \[64, 96\]; bring them to one"),
        (np.full((64, 96), 1000, np.uint16), "label 1000 of 3 classes"),
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
    with pytest.raises(DatasetError, match=f"{path}: .*{message}") as caught:
        FrameFolder(folder)[1]
    assert "\n" not in str(caught.value)


def test_pictures_of_any_size_each_with_its_mask(folder: Path) -> None:
    cv2.imwrite(str(folder / "images" / f"{NAMES[1]}.png"), np.zeros((31, 17), np.uint8))
    cv2.imwrite(str(folder / "labels" / f"{NAMES[1]}.png"), np.zeros((31, 17), np.uint8))
    frames = FrameFolder(folder)
    assert [frames[index].image.shape for index in (0, 1)] == [(64, 96, 3), (31, 17, 3)]


@pytest.mark.skipif(not INPUTS.is_dir(), reason=f"no {INPUTS}: it is no part of a clone")
def test_real_pictures_with_an_exif_orientation_are_taken_as_they_are_stored() -> None:
    frames = FrameFolder(INPUTS / "exif_source")
    assert frames.names == ("p1", "p3", "p6")
    for index in range(3):
        _, image, label = frames[index]
        # As they are stored what is light is what is labelled.
        assert image[label == 1].min() > 200
        assert image[label == 0].max() < 50


@pytest.mark.skipif(not INPUTS.is_dir(), reason=f"no {INPUTS}: it is no part of a clone")
def test_real_masks_with_a_palette_hold_its_indices() -> None:
    frames = FrameFolder(INPUTS / "palette_source")
    assert set(np.unique(frames[0].label)) == {0, 1}


def test_names_of_nested_folders_and_files_that_are_laid_out_otherwise(tmp_path: Path) -> None:
    data = tmp_path / "plant" / "hall 2"
    data.mkdir(parents=True)
    for number in (9, 10):
        cv2.imwrite(str(data / f"{number}.png"), np.full((4, 6), number, np.uint8))
        cv2.imwrite(str(data / f"{number}_mask.png"), np.ones((4, 6), np.uint8))
    own = tmp_path / "own"
    own.mkdir()
    (own / "classes.yaml").write_text("classes: [off, on]\n")
    (own / "layout.yaml").write_text(
        "root: ../plant\nimages: '{name}.*'\nlabels: '{name}_mask.png'\n"
    )
    frames = FrameFolder(own)
    assert frames.names == ("hall 2/9", "hall 2/10")
    assert frames.classes == ("off", "on")
    assert frames.palette == ((0, 0, 0), (128, 0, 0))
    assert frames[1].image[0, 0].tolist() == [10, 10, 10]
    assert re.fullmatch(r".*hall 2/10_mask\.png", str(frames.files(1).mask))
