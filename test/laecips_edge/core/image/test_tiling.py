import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from laecips_edge.core.image.tiling import OVERLAP, Tiling

SIDES = st.integers(9, 24).map(lambda side: 4 * side)
COUNTS = st.integers(1, 4)


@pytest.mark.parametrize(
    ("tile", "grid", "picture"),
    [
        ((100, 200), (1, 1), (100, 200)),
        ((97, 513), (1, 1), (97, 513)),
        ((100, 200), (2, 1), (168, 200)),
        ((64, 64), (2, 3), (96, 128)),
    ],
)
def test_the_size_of_a_picture(tile, grid, picture) -> None:
    assert Tiling(tile, grid).picture == picture


@given(tile=st.tuples(SIDES, SIDES), grid=st.tuples(COUNTS, COUNTS))
def test_what_does_not_look_around_gives_the_same_in_tiles(tile, grid) -> None:
    """Each pixel of the picture is answered once, from a tile in which it lies."""
    tiling, stride = Tiling(tile, grid), 4
    height, width = tiling.picture
    picture = np.arange(height * width, dtype=np.float32).reshape(1, height, width)
    parts = [picture[0][window][None, ::stride, ::stride] for window in tiling.windows()]
    assert all(part.shape == (1, tile[0] // 4, tile[1] // 4) for part in parts)
    np.testing.assert_array_equal(tiling.join(parts, stride=stride), picture[:, ::4, ::4])


def test_a_seam_runs_along_the_middle_of_the_overlap() -> None:
    tiling = Tiling((64, 64), (1, 2))
    left, right = np.zeros((1, 16, 16), np.float32), np.ones((1, 16, 16), np.float32)
    joined = tiling.join([left, right], stride=4)
    assert joined.shape == (1, 16, 24)
    middle = (64 - OVERLAP // 2) // 4
    assert (joined[:, :, :middle] == 0).all()
    assert (joined[:, :, middle:] == 1).all()
