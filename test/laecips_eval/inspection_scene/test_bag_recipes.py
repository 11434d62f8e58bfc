"""What the bags are made of."""

from itertools import pairwise

import pytest
from laecips_eval.inspection_scene.bag_recipes import (
    DRIVES,
    MAIN,
    MAIN_PATROL,
    SEGMENTS,
    SMOKE,
    BagRecipe,
)
from laecips_eval.inspection_scene.classes import CLASSES


def test_the_main_bag() -> None:
    assert (MAIN.frames, MAIN.rate_hz, MAIN.seed) == (1800, 10.0, 0)
    assert [segment.name for segment in MAIN.segments] == [
        "day_zero",
        "evening",
        "new_parts",
        "dust_and_blur",
        "moved_camera",
    ]
    assert MAIN.segments[0].start == 0
    assert MAIN.segments[-1].stop == 1800
    assert len(MAIN.expected) == len(SMOKE.expected) == 1 + len(SEGMENTS)
    assert tuple(MAIN.legend.classes) == CLASSES


def test_the_patrol() -> None:
    assert (MAIN_PATROL.frames, MAIN_PATROL.rate_hz, MAIN_PATROL.drive) == (1800, 10.0, "patrol")
    assert len(MAIN_PATROL.expected) == 1 + len(MAIN_PATROL.segments)
    assert [segment.name for segment in MAIN_PATROL.segments] == [
        "first_third",
        "second_third",
        "last_third",
    ]
    assert [it.name for it in MAIN_PATROL.legend.disturbances] == [
        it.kind for it in MAIN_PATROL.bursts
    ]
    assert not MAIN.legend.disturbances


@pytest.mark.parametrize("drive", DRIVES)
@pytest.mark.parametrize("frames", [5, 6, 99, 101])
def test_segments_cover_every_frame(frames: int, drive: str) -> None:
    segments = BagRecipe(frames=frames, drive=drive).segments
    assert segments[0].start == 0
    assert segments[-1].stop == frames
    for one, other in pairwise(segments):
        assert one.start < one.stop == other.start


def test_another_seed_has_no_expected_hash() -> None:
    assert MAIN.seeded(0) is MAIN
    assert MAIN.seeded(4) == BagRecipe(seed=4)
    assert MAIN_PATROL.seeded(4).bursts != MAIN_PATROL.bursts


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"frames": 4}, "has 5 segments: 4 frames are too few"),
        ({"frames": 2, "drive": "patrol"}, "has 3 segments: 2 frames are too few"),
        ({"drive": "walk"}, "there is no drive 'walk': there are shift, patrol"),
        ({"jpeg_quality": 0}, "JPEG quality is 0"),
        ({"jpeg_quality": 101}, "JPEG quality is 101"),
        ({"seed": -1}, "seed is -1"),
    ],
)
def test_errors(wrong: dict[str, int], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        BagRecipe(**wrong)
