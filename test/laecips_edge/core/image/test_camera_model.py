"""A camera's calibration at the size of a map."""

from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from laecips_edge.core.image.camera_model import camera_model_at


def camera(**fields: Any) -> SimpleNamespace:
    """A camera of 600 x 800 with its principal point in the middle."""
    roi = SimpleNamespace(x_offset=0, y_offset=0, height=0, width=0, do_rectify=False)
    usual = {
        "height": 600,
        "width": 800,
        "distortion_model": "plumb_bob",
        "d": [0.1, 0.0, 0.0, 0.0, 0.0],
        "k": [400.0, 0.0, 399.5, 0.0, 420.0, 299.5, 0.0, 0.0, 1.0],
        "r": [1.0, 0.0, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0, 1.0],
        "p": [400.0, 0.0, 399.5, -40.0, 0.0, 420.0, 299.5, 0.0, 0.0, 0.0, 1.0, 0.0],
        "binning_x": 0,
        "binning_y": 0,
        "roi": roi,
    }
    return SimpleNamespace(**usual | fields)


def pixel(matrix: list[float], point: tuple[float, float, float]) -> np.ndarray:
    """Where K or P projects a point to, in pixels whose centres are at whole numbers."""
    rows = np.reshape(matrix, (3, -1))
    x, y, z = rows @ [*point, 1.0][: rows.shape[1]]
    return np.array([x / z, y / z])


def test_at_the_size_of_the_picture_it_is_the_cameras_own() -> None:
    one = camera()
    own = vars(one) | {"roi": vars(one.roi)}
    assert camera_model_at(one, (600, 800)) == own


@pytest.mark.parametrize("matrix", ["k", "p"])
def test_a_point_lies_at_the_same_share_of_the_map(matrix: str) -> None:
    one, point = camera(), (0.3, -0.2, 2.0)
    scaled = camera_model_at(one, (300, 200))
    assert (scaled["height"], scaled["width"]) == (300, 200)
    before = (pixel(getattr(one, matrix), point) + 0.5) / [800, 600]
    assert (pixel(scaled[matrix], point) + 0.5) / [200, 300] == pytest.approx(before)
    assert scaled["d"] == one.d
    assert scaled["r"] == one.r


def test_binned_pictures_stay_binned() -> None:
    one = camera(binning_x=2, binning_y=2)
    assert camera_model_at(one, (300, 400))["k"] == one.k
    smaller = camera_model_at(one, (150, 200))
    assert (smaller["height"], smaller["width"], smaller["binning_x"]) == (300, 400, 2)


def test_the_region_of_interest_shrinks_with_the_sensor() -> None:
    roi = SimpleNamespace(x_offset=100, y_offset=200, height=300, width=400, do_rectify=True)
    scaled = camera_model_at(camera(roi=roi), (150, 200))
    assert (scaled["height"], scaled["width"]) == (300, 400)
    assert scaled["roi"] == {
        "x_offset": 50,
        "y_offset": 100,
        "height": 150,
        "width": 200,
        "do_rectify": True,
    }


def test_a_camera_that_tells_no_size_keeps_what_it_says() -> None:
    unknown = camera(height=0, width=0, k=[0.0] * 9, p=[0.0] * 12)
    assert camera_model_at(unknown, (300, 400))["k"] == [0.0] * 9
    uncalibrated = camera(k=[0.0] * 9, p=[0.0] * 12)
    scaled = camera_model_at(uncalibrated, (300, 400))
    assert (scaled["height"], scaled["k"], scaled["p"]) == (300, [0.0] * 9, [0.0] * 12)
