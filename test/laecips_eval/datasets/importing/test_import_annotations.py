"""Annotations become a folder that can be trained on, and what is lost on the way is told."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from laecips_cloud.annotations.shapes import (
    AnnotatedPicture,
    Annotations,
    Bitmap,
    Shape,
    Size,
    box,
    polygon,
)
from laecips_cloud.training.data.errors import DatasetError
from laecips_cloud.training.data.frame_folder import FrameFolder
from laecips_eval.datasets.importing.import_annotations import (
    ImportOptions,
    ImportOutcome,
    import_annotations,
)

SIZE = (12, 16)
DENT = Shape("dent", box(0, 0, 4, 4))
DIRT = Shape("dirt", box(2, 2, 8, 8))


@pytest.fixture
def pictures(tmp_path: Path) -> Path:
    """Folder of a.png, b.png and c.jpg, 12 x 16."""
    root = tmp_path / "pictures"
    root.mkdir()
    for name in ("a.png", "b.png", "c.jpg"):
        cv2.imwrite(str(root / name), np.full((*SIZE, 3), ord(name[0]), np.uint8))
    return root


def picture(path: str, /, *shapes: Shape, **fields: Any) -> AnnotatedPicture:
    return AnnotatedPicture(picture=path, shapes=shapes, **fields)


Bring = Callable[..., ImportOutcome]


@pytest.fixture
def bring(pictures: Path, tmp_path: Path) -> Bring:
    """Imports pictures into `tmp_path / "plant"`."""

    def it(
        *annotated: AnnotatedPicture,
        categories: Sequence[str] = ("dent", "dirt"),
        void: Sequence[str] = (),
        **options: Any,
    ) -> ImportOutcome:
        annotations = Annotations(
            categories=categories, pictures=lambda: iter(annotated), void=void
        )
        options = {"images": pictures} | options
        return import_annotations(annotations, tmp_path / "plant", ImportOptions(**options))

    return it


def test_a_folder_that_is_read(bring: Bring, tmp_path: Path, pictures: Path) -> None:
    told: list[tuple[int, int]] = []
    annotations = Annotations(
        categories=("dent", "dirt"),
        pictures=lambda: iter([picture("a.png", DENT, DIRT), picture("c.jpg", size=SIZE)]),
    )
    done = import_annotations(
        annotations,
        tmp_path / "plant",
        ImportOptions(images=pictures),
        progress=lambda *news: told.append(news),
    )
    assert told == [(1, 2), (2, 2)]
    assert (done.classes, done.splits) == (("background", "dent", "dirt"), {"": 2})
    frames = FrameFolder(tmp_path / "plant")
    assert tuple(frames.classes) == done.classes
    assert frames.names == ("a", "c")
    _, image, label = frames[0]
    assert (image == ord("a")).all()
    expected = np.zeros(SIZE, np.uint8)
    expected[:4, :4] = 1
    expected[2:8, 2:8] = 2  # the later one wins
    np.testing.assert_array_equal(label, expected)
    assert not frames[1].label.any()
    # As they are stored, to the byte.
    copied = tmp_path / "plant" / "images" / "c.jpg"
    assert copied.read_bytes() == (pictures / "c.jpg").read_bytes()
    assert list(done.notes.lines()) == [
        "shapes over others, the later on top: 1 (a.png)",
        "pictures on which nothing was drawn, all background: 1 (c)",
    ]
    assert list(done.lost.lines()) == ["pictures without an annotation beside others: 1 (b.png)"]
    assert sorted(path.name for path in tmp_path.iterdir()) == ["pictures", "plant"]


def test_splits_become_folders_and_are_named(bring: Bring, tmp_path: Path) -> None:
    done = bring(
        picture("a.png", DENT, split="train", name="x"),
        picture("b.png", DIRT, split="val", name="x"),
        picture("c.jpg", DIRT, name="x"),
    )
    assert done.splits == {"train": 1, "val": 1, "": 1}
    frames = FrameFolder(tmp_path / "plant")
    assert frames.names == ("train/x", "val/x", "x")
    assert frames.splits == {"train": ("train/x",), "val": ("val/x",)}


def test_one_split_alone_says_nothing(bring: Bring, tmp_path: Path) -> None:
    bring(picture("a.png", DENT, split="val"), picture("b.png", DIRT, split="val"))
    frames = FrameFolder(tmp_path / "plant")
    assert frames.names == ("a", "b")
    assert frames.splits == {}


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("a.png", "a"),
        ("images/hall/a.png", "hall/a"),
        ("../../hall/./a.png", "hall/a"),
        ("/plant/a.png", "plant/a"),
        ("hall\\a.png", "hall/a"),
    ],
)
def test_names_stay_in_their_folder(name: str, expected: str, bring: Bring, tmp_path: Path) -> None:
    bring(picture(name, DENT, DIRT))
    assert FrameFolder(tmp_path / "plant").names == (expected,)


def test_categories_that_nobody_drew_and_that_nobody_knows(bring: Bring, tmp_path: Path) -> None:
    strange, mist = Shape("tar", box(8, 0, 9, 1)), Shape("mist", box(9, 0, 10, 1))
    done = bring(picture("a.png", DENT, strange, mist), void=["mist"])
    assert done.classes == ("background", "dent")
    label = FrameFolder(tmp_path / "plant")[0].label
    assert label[0, 7:11].tolist() == [0, 255, 255, 0]
    assert list(done.notes.lines()) == [
        "categories never drawn, which are no classes: 1 (dirt)",
        "shapes of the category tar, taken as no class; --classes can say what it is: 1 (a.png)",
        "shapes of categories that their format calls no class: 1 (mist)",
    ]


def test_a_file_says_what_is_what(bring: Bring, tmp_path: Path) -> None:
    table = tmp_path / "table.yaml"
    table.write_text("classes: {flaw: [dent], rust: []}\ndrop: [dirt]\n")
    done = bring(picture("a.png", DIRT, DENT), class_file=table)
    assert done.classes == ("background", "flaw", "rust")
    label = FrameFolder(tmp_path / "plant")[0].label
    assert (label == 1).sum() == 16
    assert (label == 0).sum() == label.size - 16
    assert "shapes of the category dirt, dropped: 1 (a.png)" in done.lost.lines()


@pytest.mark.parametrize(
    ("background", "classes", "around"),
    [
        (None, ("background", "dent"), 0),
        ("", ("dent",), 255),
        ("plate", ("plate", "dent"), 0),
        ("dent", ("dent",), 0),
    ],
)
def test_what_lies_around_the_shapes(
    background: str | None,
    classes: tuple[str, ...],
    around: int,
    bring: Bring,
    tmp_path: Path,
) -> None:
    assert bring(picture("a.png", DENT), background=background).classes == classes
    assert FrameFolder(tmp_path / "plant")[0].label[11, 15] == around


def _broken(size: Size) -> Bitmap:
    raise ValueError("a brush that breaks off")


@pytest.mark.parametrize(
    ("annotated", "lines"),
    [
        (
            [picture("x.png", DENT)],
            ["pictures that are not there, or in several places: 1 (x.png)"],
        ),
        ([picture("a.png", DENT)], ["pictures of a name that another has already: 1 (a)"]),
        (
            [picture("b.png", DENT, size=(12, 17))],
            ["pictures of another size than their annotation says: 1 (b.png)"],
        ),
        (
            [picture("b.png", DENT, size=(16, 12))],
            [
                "pictures of another size than their annotation says; --upright turns them: 1 "
                "(b.png)"
            ],
        ),
        (
            [picture("b.png", Shape("dent", _broken))],
            ["shapes that are none (a brush that breaks off): 1 (b.png)"],
        ),
        (
            [picture("b.png", Shape("dent", box(90, 90, 95, 95)), no_areas=["boxes"])],
            ["boxes: 1 (b.png)", "shapes that cover no pixel: 1 (b.png)"],
        ),
        (
            [picture("b.png", DENT, embedded=b"x"), picture("e.png", DENT, embedded=b"no picture")],
            ["pictures that cannot be decoded: 1 (e.png)"],
        ),
    ],
)
def test_what_is_lost_is_told(
    annotated: list[AnnotatedPicture], lines: list[str], bring: Bring, tmp_path: Path
) -> None:
    done = bring(picture("a.png", DENT, DIRT), picture("c.jpg", DIRT), *annotated)
    told = [line for line in done.lost.lines() if "without an annotation" not in line]
    assert told == lines
    frames = FrameFolder(tmp_path / "plant")
    assert not frames.orphans
    assert not frames.unlabelled


def test_shapes_that_reach_out_are_cut(bring: Bring, tmp_path: Path) -> None:
    done = bring(picture("a.png", Shape("dent", box(10, 8, 30, 30)), DIRT))
    assert "shapes that reach out of their picture, cut there: 1 (a.png)" in done.notes.lines()
    assert (FrameFolder(tmp_path / "plant")[0].label == 1).sum() == 6 * 4


def test_pictures_on_which_nothing_was_drawn_may_be_left_out(bring: Bring, tmp_path: Path) -> None:
    done = bring(picture("a.png", DENT), picture("b.png"), skip_empty=True)
    assert FrameFolder(tmp_path / "plant").names == ("a",)
    assert "pictures on which nothing was drawn: 1 (b.png)" in done.lost.lines()


def test_a_picture_with_boxes_alone_is_not_background(bring: Bring, tmp_path: Path) -> None:
    boxes = AnnotatedPicture(picture="b.png", no_areas=["boxes without an outline"])
    done = bring(picture("a.png", DENT), boxes)
    assert FrameFolder(tmp_path / "plant").names == ("a",)
    assert list(done.lost.lines())[:2] == [
        "boxes without an outline: 1 (b.png)",
        "pictures on which only boxes, lines or points were drawn: 1 (b.png)",
    ]


def test_where_a_shape_is_lost_what_nobody_outlined_is_not_background(
    bring: Bring, tmp_path: Path
) -> None:
    beside = AnnotatedPicture(picture="a.png", shapes=[DENT], no_areas=["boxes without an outline"])
    torn = Shape("dirt", polygon([[0, 0], [1, 1]]))
    done = bring(beside, picture("b.png", torn, DIRT), picture("c.jpg", DIRT))
    frames = FrameFolder(tmp_path / "plant")
    assert [set(np.unique(frame.label)) for frame in frames] == [{1, 255}, {2, 255}, {0, 2}]
    assert (
        "pictures with lost shapes: pixels without a shape have no class there: 2 (a, b)"
        in done.notes.lines()
    )


def test_a_picture_may_come_with_its_annotation(bring: Bring, tmp_path: Path) -> None:
    data = cv2.imencode(".png", np.full((*SIZE, 3), 7, np.uint8))[1].tobytes()
    bring(picture("far/z.png", DENT, embedded=data))
    assert (FrameFolder(tmp_path / "plant")[0].image == 7).all()


@pytest.mark.parametrize("upright", [False, True])
def test_orientations(upright: bool, bring: Bring, tmp_path: Path, pictures: Path) -> None:
    pixels = np.zeros((*SIZE, 3), np.uint8)
    pixels[:, :8] = 255  # light on the left as stored, above when it is turned
    jpeg = cv2.imencode(".jpg", pixels)[1].tobytes()
    exif = b"Exif\0\0II*\0\x08\0\0\0\x01\0\x12\x01\x03\0\x01\0\0\0\x06\0\0\0\0\0\0\0"
    head = b"\xff\xe1" + (len(exif) + 2).to_bytes(2) + exif
    (pictures / "t.jpg").write_bytes(jpeg[:2] + head + jpeg[2:])
    size = SIZE[::-1] if upright else SIZE
    done = bring(picture("t.jpg", DENT, size=size), picture("a.png", DENT), upright=upright)
    frame = FrameFolder(tmp_path / "plant")[1]
    assert frame.image.shape[:2] == frame.label.shape == size
    light = frame.image[:7] if upright else frame.image[:, :7]
    assert light.min() > 200
    how = "turned upright" if upright else "kept as they are stored; --upright turns them"
    assert f"pictures with an EXIF orientation, {how}: 1 (t)" in done.notes.lines()


def test_a_turned_picture_whose_annotation_was_not_turned(bring: Bring, pictures: Path) -> None:
    test_orientations(True, bring, pictures.parent, pictures)
    (pictures.parent / "again").mkdir()
    annotations = Annotations(
        categories=("dent",),
        pictures=lambda: iter([picture("t.jpg", DENT, size=SIZE), picture("a.png", DENT)]),
    )
    options = ImportOptions(images=pictures, upright=True)
    done = import_annotations(annotations, pictures.parent / "again" / "plant", options)
    assert (
        "pictures of another size than their annotation says; without --upright they fit: 1 (t.jpg)"
        in done.lost.lines()
    )


def test_nothing_is_left_of_an_import_that_fails(bring: Bring, tmp_path: Path) -> None:
    with pytest.raises(DatasetError, match="no picture was taken; pictures that are not there, or"):
        bring(picture("x.png", DENT))
    with pytest.raises(DatasetError, match="no picture was taken; there are no annotations"):
        bring()
    assert [path.name for path in tmp_path.iterdir()] == ["pictures"]


def test_what_is_there_is_not_touched(bring: Bring, tmp_path: Path) -> None:
    (tmp_path / "plant").mkdir()
    with pytest.raises(DatasetError, match="plant: there already; remove it, or name another"):
        bring(picture("a.png", DENT))


def test_a_document_that_is_not_as_its_format_says(pictures: Path, tmp_path: Path) -> None:
    def broken() -> Any:
        yield picture("a.png", DENT)
        raise KeyError("points")

    annotations = Annotations(categories=("dent",), pictures=broken)
    message = r"annotations after a.png: not as their format says \(KeyError: 'points'\); export"
    with pytest.raises(DatasetError, match=message):
        import_annotations(annotations, tmp_path / "plant", ImportOptions(images=pictures))
