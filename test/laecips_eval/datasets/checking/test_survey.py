"""Everything of a folder is looked at, and nothing of it stops the survey."""

from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
import pytest
from laecips_cloud.training.data.frame_folder import FrameFolder
from laecips_eval.datasets.checking.survey import Survey, held_by_masks, survey


def seen_in(root: Path) -> Survey:
    return survey(FrameFolder(root), lambda done, total: None)


def test_a_good_folder(plant: Path) -> None:
    told: list[tuple[int, int]] = []
    seen = survey(FrameFolder(plant), lambda *news: told.append(news))
    assert told == [(number, 10) for number in range(1, 11)]
    assert seen.sizes == {(24, 32): 10}
    assert [int(seen.labels[f"f{n}"][1]) for n in range(10)] == [24 * (n + 1) for n in range(10)]
    assert len(set(seen.digests.values())) == len(seen.thumbnails) == 10
    assert not seen.refused
    assert not seen.notes


def _mask(root: Path, pixels: np.ndarray) -> None:
    for name in ("f1", "f2"):
        cv2.imwrite(str(root / "labels" / f"{name}.png"), pixels)


def _broken_picture(root: Path) -> None:
    (root / "images" / "f1.png").write_bytes(b"no picture")


def _broken_mask(root: Path) -> None:
    (root / "labels" / "f1.png").write_bytes(b"no picture")


@pytest.mark.parametrize(
    ("spoil", "lines", "held"),
    [
        (
            lambda root: _mask(root, np.array([[0, 7]] * 24, np.uint8).repeat(16, axis=1)),
            [
                "label 7 of 2 classes; write class indices, 255 where there is none, or say in "
                "classes.yaml which `values` the masks hold; files: 2 (labels/f1.png, "
                "labels/f2.png)"
            ],
            {0: 768, 7: 768},
        ),
        (
            lambda root: _mask(root, np.full((24, 32, 3), (3, 2, 1), np.uint8)),
            [
                "RGB, and classes.yaml has no colors; give one a class there, or write class "
                "indices; files: 2 (labels/f1.png, labels/f2.png)"
            ],
            {(1, 2, 3): 2 * 768},
        ),
        (
            lambda root: _mask(root, np.zeros((5, 5), np.uint8)),
            ["masks of another size than their picture; bring them to one: 2 (f1, f2)"],
            {},
        ),
        (
            _broken_picture,
            ["cannot be decoded; copy it again, or take it away; files: 1 (images/f1.png)"],
            {0: 720, 1: 48},
        ),
        (
            _broken_mask,
            ["cannot be decoded; copy it again, or take it away; files: 1 (labels/f1.png)"],
            {},
        ),
    ],
)
def test_what_no_training_could_read(
    spoil: Callable[[Path], None], lines: list[str], held: dict, plant: Path
) -> None:
    spoil(plant)
    seen = seen_in(plant)
    assert list(seen.refused.lines()) == lines
    assert seen.held == held
    assert "f9" in seen.labels


def _write_16_bits(path: Path, most: int) -> None:
    random = np.random.default_rng(0)
    cv2.imwrite(str(path), random.integers(0, most, (24, 32)).astype(np.uint16))


def test_what_a_person_should_know(plant: Path) -> None:
    (plant / "labels" / "f8.png").unlink()
    (plant / "images" / "f9.png").unlink()
    _write_16_bits(plant / "images" / "f0.png", 4096)
    _write_16_bits(plant / "images" / "f1.png", 65536)
    (plant / "images" / "f2.png").unlink()
    _write_16_bits(plant / "images" / "f2.tif", 65536)
    seen = seen_in(plant)
    assert list(seen.notes.lines()) == [
        "pictures without a mask, left out: 1 (images/f8.png)",
        "masks without a picture, left out: 1 (labels/f9.png)",
        "16-bit pictures without a value of 4096 or more, nearly black by their high byte; bring "
        "them to 0..65535, as the camera must: 1 (f0)",
        "16-bit pictures, of which the high byte is taken: 2 (f1, f2)",
    ]
    assert not seen.refused


def test_an_orientation_is_told(plant: Path) -> None:
    path = plant / "images" / "f3.png"
    data = cv2.imencode(".jpg", cv2.imread(str(path)))[1].tobytes()
    exif = b"Exif\0\0II*\0\x08\0\0\0\x01\0\x12\x01\x03\0\x01\0\0\0\x06\0\0\0\0\0\0\0"
    path.write_bytes(data[:2] + b"\xff\xe1" + (len(exif) + 2).to_bytes(2) + exif + data[2:])
    assert list(seen_in(plant).notes.lines()) == [
        "pictures with EXIF orientation 6, taken as they are stored; their masks must lie so too: "
        "1 (f3)"
    ]


def test_what_masks_hold(plant: Path) -> None:
    masks = sorted(plant.glob("labels/*"))
    masks[0].write_bytes(b"")
    assert held_by_masks(masks[:2]) == {0: 24 * 30, 1: 24 * 2}
