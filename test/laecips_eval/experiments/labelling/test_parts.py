from pathlib import Path

import numpy as np
import pytest
from laecips_cloud.training.data.frame_folder import FrameFolder, write_frame_folder
from laecips_eval.experiments.labelling.parts import HELD_OUT, TRAIN, Sizes, split_parts, write_part
from trainer_robot import ColourFrames

NAMES = [f"n{number}" for number in range(200)]
RARE = [number % 2 == 0 for number in range(200)]
SIZES = Sizes(teacher=40, source=50, drive=60, rare=0.1)


def test_no_frame_is_in_two_parts_and_only_the_drive_differs() -> None:
    one, two = (split_parts(NAMES, RARE, sizes=SIZES, seed=seed) for seed in (0, 1))
    assert [len(part) for part in one] == [40, 50, 60]
    assert len({*one.teacher, *one.source, *one.drive}) == 150
    assert (one.teacher, one.source) == (two.teacher, two.source)
    assert set(one.drive) != set(two.drive)


def test_the_rare_class_is_rare_in_the_source_alone() -> None:
    parts = split_parts(NAMES, RARE, sizes=SIZES, seed=0)
    rare = {name for name, it in zip(NAMES, RARE, strict=True) if it}
    shares = [len(rare.intersection(part)) / len(part) for part in parts]
    assert shares[1] < 0.25
    assert min(shares[0], shares[2]) > 0.35


def test_too_few_frames() -> None:
    with pytest.raises(ValueError, match="200 frames are too few for Sizes"):
        split_parts(NAMES, RARE, sizes=SIZES._replace(drive=150), seed=0)


def test_a_part_is_a_folder_that_a_training_takes(tmp_path: Path) -> None:
    root, frames = tmp_path / "all", ColourFrames(6)
    write_frame_folder(frames, root)
    names = FrameFolder(root).names
    part = write_part(root, tmp_path / "part", {TRAIN: names[4:1:-1], HELD_OUT: names[:1]})
    folder = FrameFolder(part, TRAIN)
    assert folder.names == names[4:1:-1]
    np.testing.assert_array_equal(folder[0].label, frames[4].label)
    assert FrameFolder(part).usual_splits() == (TRAIN, HELD_OUT)
