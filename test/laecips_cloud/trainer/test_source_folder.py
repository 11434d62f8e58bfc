"""The folder that a trainer is given is looked at before anything is trained."""

import re
from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
import pytest
from laecips_cloud.trainer.source_folder import open_source
from laecips_cloud.training.data.errors import DatasetError
from laecips_cloud.training.data.frame_folder import write_frame_folder
from laecips_edge.core.bundle.bundle import Bundle
from trainer_robot import ColourFrames, write_source


def test_a_folder_of_all_classes_is_opened(tiny_bundle: Bundle, tmp_path: Path) -> None:
    source = open_source(write_source(tmp_path / "source"), tiny_bundle, most=6)
    assert len(source) == 12


def _other_classes(folder: Path) -> None:
    path = folder / "classes.yaml"
    path.write_text(path.read_text().replace("screw", "nut"), encoding="utf-8")


def _one_frame(folder: Path) -> None:
    for path in sorted(folder.glob("images/*"))[1:]:
        path.unlink()


def _two_values(folder: Path) -> None:
    for path in folder.glob("labels/*"):
        mask = cv2.imread(str(path), cv2.IMREAD_UNCHANGED)
        cv2.imwrite(str(path), np.where(mask, 255, 0).astype(np.uint8))


def _no_scratch_to_learn_from(folder: Path) -> None:
    paths = sorted(folder.glob("labels/*"))
    (folder / "held_out.txt").write_text("\n".join(path.stem for path in paths[-3:]))
    for path in paths[:-3]:
        mask = cv2.imread(str(path), cv2.IMREAD_UNCHANGED)
        cv2.imwrite(str(path), np.where(mask == 3, 0, mask))


@pytest.mark.parametrize(
    ("spoil", "message"),
    [
        (_other_classes, "12 frames of the classes belt, part, nut, scratch; give at least 2 of"),
        (_one_frame, "1 frames of the classes belt, part, screw, scratch; give at least 2 of"),
        (_two_values, "no pixel of part, screw, scratch in 8 frames; label some, take more frames"),
        (_no_scratch_to_learn_from, "no pixel of scratch in 9 frames; label some, take more"),
    ],
)
def test_what_would_teach_nothing_is_refused(
    spoil: Callable[[Path], None], message: str, tiny_bundle: Bundle, tmp_path: Path
) -> None:
    folder = tmp_path / "source"
    write_frame_folder(ColourFrames(12, seed=7), folder)
    spoil(folder)
    with pytest.raises(DatasetError, match=re.escape(f"{folder}: {message}")) as caught:
        open_source(folder, tiny_bundle, most=100)
    assert "\n" not in str(caught.value)
