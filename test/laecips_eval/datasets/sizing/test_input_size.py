import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from laecips_edge.core.image.tiling import Tiling
from laecips_eval.datasets.sizing.detail import Detail
from laecips_eval.datasets.sizing.input_size import BUDGET, choose_input_size

COARSE, FINE = np.array([60.0, 80.0]), np.array([4.0] * 3 + [60.0] * 7)


@pytest.mark.parametrize(
    ("size", "thickness", "tile", "grid"),
    [
        pytest.param((200, 200), FINE, (200, 200), (1, 1), id="own size"),
        pytest.param((201, 333), FINE, (201, 333), (1, 1), id="no multiple of anything"),
        pytest.param((97, 513), COARSE, (97, 513), (1, 1), id="long"),
        pytest.param((20, 40), COARSE, (32, 40), (1, 1), id="smaller than f takes"),
        pytest.param((1080, 1920), COARSE, (312, 552), (1, 1), id="coarse"),
        pytest.param((1080, 1920), FINE, (312, 552), (2, 2), id="fine"),
        pytest.param((480, 640), FINE, (360, 480), (1, 1), id="fine, and hardly smaller"),
    ],
)
def test_the_size_of_f(size, thickness, tile, grid) -> None:
    chosen = choose_input_size(Detail(size, {"scratch": thickness}))
    assert chosen.tiling == Tiling(tile, grid)


def test_a_grid_that_was_asked_for_is_kept() -> None:
    chosen = choose_input_size(Detail((1080, 1920), {"dent": COARSE}), grid=(1, 2))
    assert chosen.tiling.grid == (1, 2)
    untiled = choose_input_size(Detail((1080, 1920), {"scratch": FINE}), grid=(1, 1))
    assert untiled.tiling == Tiling((312, 552))


@given(
    size=st.tuples(st.integers(8, 4000), st.integers(8, 4000)),
    thickness=st.lists(st.floats(1.0, 200.0), min_size=1, max_size=20),
)
def test_no_tile_costs_more_than_the_shipped_pair(size, thickness) -> None:
    tiling = choose_input_size(Detail(size, {"scratch": np.array(thickness)})).tiling
    height, width = tiling.tile
    long = max(size) / min(size) > 16  # a strip is as thick as f needs
    assert long or height * width <= 1.2 * BUDGET
    assert tiling.grid == (1, 1) or not (height % 4 or width % 4)
    assert tiling.grid[0] * tiling.grid[1] <= 4


@pytest.mark.parametrize(
    ("size", "thickness", "line"),
    [
        (
            (200, 200),
            FINE,
            "input size 200x200 for pictures of 200x200; no region becomes thinner than 2 pixels",
        ),
        (
            (1080, 1920),
            COARSE,
            "input size 312x552 for pictures of 1080x1920; a frame costs about what the shipped "
            "pair's costs; no region becomes thinner than 2 pixels",
        ),
        (
            (1080, 1920),
            FINE,
            "input size 312x552 for pictures of 1080x1920, cut into 2x2 tiles; a frame costs 4 "
            "times as much as without tiles; without, 30% of scratch's regions become thinner than "
            "2 pixels; with them, no region becomes thinner than 2 pixels",
        ),
    ],
)
def test_the_line_says_what_is_lost(size, thickness, line) -> None:
    assert str(choose_input_size(Detail(size, {"scratch": thickness}))) == line
