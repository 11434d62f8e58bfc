import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from laecips_cloud.labelling.regions import GuessedRegion, regions_of

label_maps = arrays.arrays(
    np.uint8,
    arrays.array_shapes(min_dims=2, max_dims=2, max_side=12),
    elements=st.sampled_from([0, 1, 2, 255]),
)


def painted(regions: list[GuessedRegion], size: tuple[int, ...]) -> np.ndarray:
    label_map = np.full(size, 255, np.uint8)
    for label, mask, left, top in regions:
        height, width = mask.shape
        label_map[top : top + height, left : left + width][mask] = label
    return label_map


@given(label_maps, st.sampled_from([None, 0, 2]))
def test_painted_in_their_order_they_give_the_label_map(
    label_map: np.ndarray, background: int | None
) -> None:
    regions = regions_of(label_map, background=background)
    np.testing.assert_array_equal(painted(regions, label_map.shape), label_map)
    assert all(region.mask.any(axis=axis)[[0, -1]].all() for region in regions for axis in (0, 1))


@pytest.mark.parametrize(
    ("background", "labels"), [(None, [0, 1, 1, 1]), (0, [0, 1, 1, 1]), (1, [1, 0])]
)
def test_each_region_of_some_size_stands_alone(background: int | None, labels: list[int]) -> None:
    label_map = np.zeros((20, 40), np.uint8)
    label_map[2:10, 2:10] = label_map[2:10, 20:30] = 1
    label_map[15, 5] = label_map[17, 30] = 1  # specks, which are one region
    regions = regions_of(label_map, background=background)
    assert [region.label for region in regions] == labels
    if background == 0:
        assert regions[0].mask.all()  # below all others
        assert [int(region.mask.sum()) for region in regions[1:]] == [64, 80, 2]


def test_a_deleted_region_leaves_the_background() -> None:
    label_map = np.full((10, 10), 255, np.uint8)
    label_map[:, :8] = 0
    label_map[2:9, 1:7] = 1
    below, _ = regions_of(label_map, background=0)
    np.testing.assert_array_equal(
        painted([below], label_map.shape), np.where(label_map == 255, 255, 0)
    )
