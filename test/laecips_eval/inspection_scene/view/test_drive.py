"""A drive: frames that follow each other."""

import numpy as np
import pytest
from laecips_eval.inspection_scene.view.drift import DAY_ZERO, Drift
from laecips_eval.inspection_scene.view.drive import Drive


@pytest.fixture(scope="module")
def drive() -> Drive:
    return Drive(9, 1, frames=30, drift=DAY_ZERO)


def test_frames_are_coherent(drive: Drive) -> None:
    """A frame is the one before, moved by some pixels along the drive, in picture and truth."""
    (picture, truth), (next_picture, next_truth) = drive.frame(4), drive.frame(5)
    alike = [(truth[:, step:] == next_truth[:, : 480 - step]).mean() for step in range(1, 30)]
    step = 1 + int(np.argmax(alike))
    assert 3 <= step <= 14
    assert max(alike) > 0.97
    moved = picture[:, step:].astype(int) - next_picture[:, : 480 - step]
    still = picture.astype(int) - next_picture
    assert np.abs(moved).mean() < 0.8 * np.abs(still).mean()


def test_frames_come_in_any_order(drive: Drive) -> None:
    again = Drive(9, 1, frames=30, drift=DAY_ZERO)
    for index in (20, 3):
        for one, other in zip(drive.frame(index), again.frame(index), strict=True):
            assert np.array_equal(one, other)


def test_light_fades_while_one_drives() -> None:
    drive = Drive(9, 1, frames=30, drift=Drift(dimming=1.0))
    first, later, last = (drive.frame(index)[0].mean() for index in (0, 10, 29))
    assert first > later + 8
    assert last == pytest.approx(later, rel=0.4)


@pytest.mark.parametrize("index", [-1, 30])
def test_past_the_end(drive: Drive, index: int) -> None:
    with pytest.raises(IndexError, match="30 frames"):
        drive.frame(index)
