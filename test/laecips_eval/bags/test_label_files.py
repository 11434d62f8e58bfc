"""Truth from a folder of label maps."""

from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
import pytest
from laecips_edge.core.image.codecs import encode_jpeg
from laecips_eval.bags import Bag, BagError, BagWriter, Legend, open_bag
from laecips_eval.bags.label_files import LabelledBag, assigned

CLASSES = ("sky", "road")
STAMPS = [1750000000000000000 + index * 100_000_000 for index in range(3)]

Named = Callable[..., Path]


@pytest.fixture
def bag(tmp_path: Path) -> Bag:
    with BagWriter(tmp_path / "bag", legend=Legend(), rate_hz=10) as writer:
        for _ in STAMPS:
            writer.add(encode_jpeg(np.zeros((8, 8, 3), np.uint8), 90), None)
    return open_bag(tmp_path / "bag")


@pytest.fixture
def named(tmp_path: Path) -> Named:
    """Write label maps, all of one value, under names; return their folder."""

    def write(*names: str, value: int = 1) -> Path:
        folder = tmp_path / "truth"
        folder.mkdir(exist_ok=True)
        for name in names:
            cv2.imwrite(str(folder / f"{name}.png"), np.full((8, 8), value, np.uint8))
        return folder

    return write


@pytest.mark.parametrize(
    ("names", "indices"),
    [
        (["1750000000.000000000", "1750000000.200000000"], [0, 2]),
        (["1750000000_100000"], [1]),
        (["1750000000100000123", "1750000099000000000"], [1]),
        (["frame0002", "frame0000"], [0, 2]),
        (["cam1_7_1"], [1]),
        (["1750000000.100000000", "2"], None),
    ],
)
def test_names(bag: Bag, named: Named, names: list[str], indices: list[int] | None) -> None:
    folder = named(*names)
    if indices is None:
        with pytest.raises(BagError, match="the bag has pictures 0 to 2; name label maps by"):
            LabelledBag(bag, folder, classes=CLASSES)
        return
    truth = LabelledBag(bag, folder, classes=CLASSES).truth()
    assert sorted(truth) == [STAMPS[index] for index in indices]
    assert all((label == 1).all() and label.dtype == np.uint8 for label in truth.values())


@pytest.mark.parametrize(
    ("names", "why"),
    [
        ([], r"truth: no label maps \(\.png"),
        (["first"], r"first\.png: its name has no number"),
        (["3"], r"3\.png: the bag has pictures 0 to 2"),
        (["0_mask_1", "1_mask_1"], r"1_mask_1\.png: 0_mask_1\.png is of the same picture; name"),
        (["1750000000.000000", "1750000000.000001"], "000001.png: 1750000000.000000.png is of"),
        (["1850000000.000000000"], "none of 1 label maps has the stamp of one of the 3 pictures"),
    ],
)
def test_names_that_belong_to_no_picture(
    bag: Bag, named: Named, names: list[str], why: str
) -> None:
    with pytest.raises(BagError, match=why):
        LabelledBag(bag, named(*names), classes=CLASSES)


def test_classes_say_what_the_files_hold(bag: Bag, named: Named) -> None:
    folder = named("0", value=255)
    (folder / "classes.yaml").write_text("classes: [a, b]\nvalues: [0, 255]", encoding="utf-8")
    labelled = LabelledBag(bag, folder, classes=CLASSES)
    assert labelled.classes == ("a", "b")
    assert (labelled.truth()[STAMPS[0]] == 1).all()


def test_labels_beside_pictures(bag: Bag, named: Named, tmp_path: Path) -> None:
    root = tmp_path / "plant"
    root.mkdir()
    named("0").rename(root / "labels")
    assert len(LabelledBag(bag, root, classes=CLASSES).truth()) == 1


def test_files_that_hold_no_labels(bag: Bag, named: Named, tmp_path: Path) -> None:
    truth = LabelledBag(bag, named("0", value=7), classes=CLASSES).truth()
    with pytest.raises(BagError, match=r"0\.png: has value 7, there are 2 classes; say in classes"):
        truth[STAMPS[0]]
    (tmp_path / "truth" / "0.png").write_bytes(b"no picture")
    with pytest.raises(BagError, match=r"0\.png: cannot be decoded"):
        truth[STAMPS[0]]
    with pytest.raises(BagError, match="nowhere: no such folder"):
        LabelledBag(bag, tmp_path / "nowhere", classes=CLASSES)


def test_a_stamp_is_matched_to_its_nearest_picture() -> None:
    files = [Path("5.000001.png"), Path("5.100000.png")]
    assert assigned(files, [5_000_000_900, 5_099_999_500]) == {
        5_000_000_900: files[0],
        5_099_999_500: files[1],
    }
