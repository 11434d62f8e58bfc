"""Pictures, the square and small masks lie on each other as in segment-anything."""

import numpy as np
import pytest
from laecips_cloud.mask_generators.sam.automatic.geometry import geometry

SHAPES = [(72, 96), (96, 72), (128, 128), (300, 211), (5, 128), (1, 64), (33, 31)]


@pytest.mark.parametrize(
    ("shape", "resized", "small"),
    [
        ((72, 96), (96, 128), (24, 32)),
        ((96, 72), (128, 96), (32, 24)),
        ((300, 211), (128, 90), (32, 23)),
        ((1, 1000), (1, 128), (1, 32)),
    ],
)
def test_where_a_picture_lies(
    shape: tuple[int, int], resized: tuple[int, int], small: tuple[int, int]
) -> None:
    axes = geometry(shape, 128, 32)
    assert tuple(axis.resized for axis in axes) == resized
    assert tuple(axis.small for axis in axes) == small
    assert tuple(axis.picture for axis in axes) == shape


@pytest.mark.parametrize("shape", SHAPES)
def test_enlarging_is_resizing_twice(shape: tuple[int, int]) -> None:
    torch = pytest.importorskip("torch")
    resize = torch.nn.functional.interpolate
    small = np.random.default_rng(0).normal(size=(32, 32)).astype(np.float32)
    place = geometry(shape, 128, 32)
    square = resize(torch.from_numpy(small)[None, None], (128, 128), mode="bilinear")
    part = square[..., : place.rows.resized, : place.columns.resized]
    expected = resize(part, shape, mode="bilinear")[0, 0].numpy()
    ours = place.rows.operator @ small @ place.columns.operator.T
    np.testing.assert_allclose(ours, expected, atol=2e-5)


@pytest.mark.parametrize("shape", SHAPES)
def test_a_place_is_where_a_ramp_has_its_value(shape: tuple[int, int]) -> None:
    """A mask that says the number of its column says at each pixel which column that is."""
    axis = geometry(shape, 128, 32).columns
    ramp = axis.operator @ np.arange(32, dtype=np.float32)
    inner = (ramp > 0.5) & (ramp < axis.small - 1.5)
    pixels = np.flatnonzero(inner)
    np.testing.assert_allclose([axis.place(ramp[p]) for p in pixels], pixels, atol=0.5)


def test_points_go_with_the_picture() -> None:
    points = geometry((72, 96), 128, 32).to_square(np.array([[0.0, 0.0], [48.0, 36.0]]))
    assert points.dtype == np.float32
    np.testing.assert_allclose(points, [[0, 0], [64, 48]])
