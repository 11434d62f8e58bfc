"""Prompts stand as segment-anything's own, or where masks can change the answer."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from laecips_cloud.mask_generators.sam.automatic.prompts import chosen_points, point_grid


def scores_of(labels: np.ndarray, sureness: np.ndarray) -> np.ndarray:
    """[3, H, W]: the label's class has `sureness`, the others share the rest."""
    scores = np.repeat(((1 - sureness) / 2)[None], 3, axis=0)
    np.put_along_axis(scores, labels[None].astype(int), sureness[None], axis=0)
    return scores.astype(np.float32)


@pytest.fixture
def scene() -> np.ndarray:
    """Sure everywhere but in a patch below on the right; a square on a plain background."""
    labels = np.zeros((64, 96), np.uint8)
    labels[10:21, 20:31] = 1
    sureness = np.full((64, 96), 0.98)
    sureness[48:56, 72:84] = 0.4
    return scores_of(labels, sureness)


def test_segments_get_their_middles_first(scene: np.ndarray) -> None:
    points = chosen_points(scene, 2, of_segments=1.0)
    assert points.dtype == np.float64
    assert len(points) == 2
    labels = scene.argmax(axis=0)
    background, square = points.astype(int)
    assert labels[background[1], background[0]] == 0
    assert square.tolist() == [25, 15]


def test_the_rest_goes_to_where_it_is_unsure(scene: np.ndarray) -> None:
    points = chosen_points(scene, 3, cells=8, of_segments=0.0)
    first = points[0]
    assert 72 <= first[0] < 84
    assert 48 <= first[1] < 56


def test_what_segments_leave_is_used(scene: np.ndarray) -> None:
    """There are two segments, whatever share they may have."""
    assert len(chosen_points(scene, 40, cells=16, of_segments=0.75)) == 40


def test_a_segment_in_two_parts_gets_two(scene: np.ndarray) -> None:
    labels = np.zeros((20, 60), np.uint8)
    labels[:, :20] = labels[:, 40:] = 2
    points = chosen_points(scores_of(labels, np.full((20, 60), 0.9)), 3, of_segments=1.0)
    columns = sorted(points[:, 0])
    assert columns[0] < 20 <= columns[1] < 40 <= columns[2]


@given(
    shape=st.tuples(st.integers(1, 24), st.integers(1, 24)),
    classes=st.integers(1, 4),
    count=st.integers(1, 30),
    share=st.sampled_from([0.0, 0.5, 1.0]),
    seed=st.integers(0, 100),
)
def test_they_lie_in_the_picture(
    shape: tuple[int, int], classes: int, count: int, share: float, seed: int
) -> None:
    scores = np.random.default_rng(seed).dirichlet(np.ones(classes), shape).transpose(2, 0, 1)
    points = chosen_points(scores.astype(np.float32), count, cells=6, of_segments=share)
    assert points.shape[1:] == (2,)
    assert 0 < len(points) <= count
    assert (points >= 0).all()
    assert (points < [shape[1], shape[0]]).all()
    np.testing.assert_array_equal(
        points, chosen_points(scores.astype(np.float32), count, cells=6, of_segments=share)
    )


@pytest.mark.parametrize(
    ("per_side", "shape", "expected"),
    [
        (1, (10, 20), [[10, 5]]),
        (2, (4, 8), [[2, 1], [6, 1], [2, 3], [6, 3]]),
    ],
)
def test_points_are_the_middles_of_cells(
    per_side: int, shape: tuple[int, int], expected: list[list[float]]
) -> None:
    np.testing.assert_allclose(point_grid(per_side, shape), expected)


def test_the_grid_is_the_packages() -> None:
    pytest.importorskip("torch")
    from laecips_cloud.mask_generators.sam.torch_backend.torchvision_stand_in import (  # noqa: PLC0415
        import_segment_anything,
    )

    theirs = import_segment_anything().utils.amg.build_point_grid(5)
    np.testing.assert_allclose(point_grid(5, (72, 96)), theirs * [96, 72])
