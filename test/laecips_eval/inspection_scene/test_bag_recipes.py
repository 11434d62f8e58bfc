"""What the bags are made of."""

from itertools import pairwise

import pytest
from laecips_eval.inspection_scene.bag_recipes import MAIN, SEGMENTS, SMOKE, BagRecipe
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


@pytest.mark.parametrize("frames", [5, 6, 99, 101])
def test_segments_cover_every_frame(frames: int) -> None:
    segments = BagRecipe(frames=frames).segments
    assert segments[0].start == 0
    assert segments[-1].stop == frames
    for one, other in pairwise(segments):
        assert one.start < one.stop == other.start


def test_another_seed_has_no_expected_hash() -> None:
    assert MAIN.seeded(0) is MAIN
    assert MAIN.seeded(4) == BagRecipe(seed=4)


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"frames": 4}, "has 5 segments: 4 frames are too few"),
        ({"jpeg_quality": 0}, "JPEG quality is 0"),
        ({"jpeg_quality": 101}, "JPEG quality is 101"),
        ({"seed": -1}, "seed is -1"),
    ],
)
def test_errors(wrong: dict[str, int], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        BagRecipe(**wrong)
