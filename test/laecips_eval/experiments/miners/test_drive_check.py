"""Whether choosing matters on a drive."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from laecips_eval.experiments.miners.drive_check import (
    DriveFigures,
    drive_problems,
    drive_table,
)
from laecips_eval.experiments.miners.frame_table import FrameTable

PIXELS = 100


def table(gains: list[float], disturbances: list[str]) -> FrameTable:
    """Frames of one class that f gets half right, and F half and the gain."""
    f = np.full((len(gains), 1), PIXELS // 2)
    return FrameTable(
        classes=("panel",),
        stamps_ns=np.arange(len(gains)),
        segments=np.array([""] * len(gains)),
        disturbances=np.array(disturbances),
        f_intersections=f,
        f_unions=np.full_like(f, PIXELS),
        cloud_intersections=f + np.round(PIXELS * np.array(gains)).astype(int)[:, None],
        cloud_unions=np.full_like(f, PIXELS),
        scores={},
    )


RIGHT = table([0.0] * 14 + [0.3] * 6, [""] * 14 + ["glare"] * 4 + ["shadow"] * 2)


def test_figures() -> None:
    figures = DriveFigures.of(RIGHT)
    assert (figures.frames, figures.hard, figures.routine_gain) == (20, 0.3, 0.0)
    assert figures.f == pytest.approx(0.5)
    assert figures.cloud == pytest.approx(0.5 + 0.3 * 0.3)
    assert figures.by_gain == pytest.approx(figures.cloud), "7 uploads take all 6 hard frames"
    assert figures.by_chance == pytest.approx(0.5 + 0.35 * 0.09, abs=0.01)
    assert figures.gains == {"glare": pytest.approx(0.3), "shadow": pytest.approx(0.3)}


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({}, None),
        ({"hard": 0.1}, "seed 3: 10% of the frames gain 0.1 or more: it should be 15% to 40%"),
        ({"hard": 0.5}, "seed 3: 50% of the frames"),
        ({"routine_gain": 0.02}, "seed 3: routine frames gain 0.020"),
        ({"routine_gain": float("nan")}, "seed 3: routine frames gain nan"),
        ({"by_chance": 0.56}, "worth 3.0 points at CUR 0.35: it should be 4 or more"),
    ],
)
def test_what_is_wrong_with_a_drive(changes: dict[str, float], problem: str | None) -> None:
    found = drive_problems({3: replace(DriveFigures.of(RIGHT), **changes)})  # type: ignore[arg-type]
    if problem is None:
        assert found == []
    else:
        assert len(found) == 1
        assert problem in found[0]


def test_the_table_has_a_row_for_each_seed_and_a_column_for_each_disturbance() -> None:
    calm = DriveFigures.of(RIGHT.only(RIGHT.disturbances == ""))
    head, _, one, other = drive_table({0: DriveFigures.of(RIGHT), 1: calm}).splitlines()
    assert head.endswith("| gain: routine | glare | shadow |")
    assert one.startswith("| 0 | 20 | 30% | 0.500 | 0.590 |")
    assert one.endswith("| +0.000 | +0.300 | +0.300 |")
    assert other.endswith("| +0.000 | - | - |")
