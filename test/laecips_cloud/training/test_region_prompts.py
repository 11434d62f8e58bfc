"""Points stand in true regions, each region's as often, and targets show where the region is."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from laecips_cloud.training.labelled_frames import LabelledFrame
from laecips_cloud.training.region_prompts import (
    RegionPicture,
    draw,
    prepare,
)


def frame(label: np.ndarray) -> LabelledFrame:
    image = np.repeat((label * 40)[..., None], 3, axis=2).astype(np.uint8)
    return LabelledFrame("frame", image, label.astype(np.uint8))


def two_squares() -> np.ndarray:
    """A class in two pieces on another, a crumb, and a stretch without a class."""
    label = np.zeros((48, 64), np.uint8)
    label[8:24, 8:24] = 1
    label[8:24, 40:56] = 1
    label[40:44, 8:12] = 2
    label[:, 60:] = 255
    return label


def test_regions_are_connected_large_enough_and_of_a_class() -> None:
    label = two_squares()
    made = prepare(frame(label), side=32)
    assert made is not None
    assert made.picture.shape == (24, 32, 3)
    assert made.total == 3
    assert (made.regions[label == 255] == 0).all()
    assert (made.regions[label == 2] == 0).all()
    assert (made.regions[label == 0] == 1).all(), "the largest comes first"
    assert {*np.unique(made.regions[label == 1])} == {2, 3}
    assert len(np.unique(made.regions[8:24, 8:24])) == 1


def test_a_frame_without_a_region_cannot_be_asked_about() -> None:
    assert prepare(frame(np.full((48, 64), 255, np.uint8)), side=32) is None


def test_each_region_is_pointed_at_as_often_however_small() -> None:
    made = prepare(frame(two_squares()), side=32)
    assert made is not None
    prompts = draw(made, 30, np.random.default_rng(0), side=16)
    assert np.bincount(prompts.numbers).tolist() == [0, 10, 10, 10]


@given(seed=st.integers(0, 2**32 - 1), augment=st.booleans())
def test_a_point_stands_where_its_target_is(seed: int, augment: bool) -> None:
    made = prepare(frame(two_squares()), side=64)
    assert made is not None
    prompts = draw(made, 4, np.random.default_rng(seed), side=64, augment=augment)
    assert prompts.targets.shape == (4, 48, 64)
    for (x, y), target, number in zip(
        prompts.points, prompts.targets, prompts.numbers, strict=True
    ):
        assert target[int(y), int(x)] == 1.0
        assert target.sum() == np.count_nonzero(made.regions == number)
    if not augment:
        assert np.array_equal(prompts.picture, made.picture)


def test_targets_say_how_much_of_a_pixel_is_inside() -> None:
    regions = np.zeros((8, 8), np.uint8)
    regions[:, :3] = 1
    made = RegionPicture(np.zeros((8, 8, 3), np.uint8), regions, 1)
    prompts = draw(made, 1, np.random.default_rng(0), side=4, augment=False)
    np.testing.assert_allclose(prompts.targets[0], [[1.0, 0.5, 0.0, 0.0]] * 4, atol=1e-6)


def test_the_seed_decides() -> None:
    made = prepare(frame(two_squares()), side=32)
    assert made is not None
    one, two, other = (draw(made, 8, np.random.default_rng(s), side=16) for s in (1, 1, 2))
    assert all(np.array_equal(a, b) for a, b in zip(one, two, strict=True))
    assert not np.array_equal(one.points, other.points)
