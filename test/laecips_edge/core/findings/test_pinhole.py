"""Sizes in millimetres."""

import math

import numpy as np
import pytest
from laecips_edge.core.findings.label_regions import label_regions
from laecips_edge.core.findings.pinhole import UNKNOWN_SIZE, Intrinsics, metric_size
from sensor_msgs.msg import CameraInfo

LABELS = np.zeros((60, 80), np.uint8)
LABELS[10:20, 30:50] = 1
((REGION,), _) = label_regions(LABELS, None, {1})
CAMERA = Intrinsics(fx=400.0, fy=200.0)


def depth_of(millimetres: int) -> np.ndarray:
    return np.full(LABELS.shape, millimetres, np.uint16)


def test_a_pixel_covers_depth_over_focal_length() -> None:
    size = metric_size(REGION, depth_of(800), CAMERA)
    assert (size.width_mm, size.height_mm) == pytest.approx((20 * 2.0, 10 * 4.0))
    assert size.area_mm2 == pytest.approx(200 * 2.0 * 4.0)
    assert size.distance_mm == 800


def test_pixels_without_depth_count_with_the_mean_of_the_others() -> None:
    depth = depth_of(800)
    depth[10:14, 30:50], depth[14, 30:50] = 0, 65535
    size = metric_size(REGION, depth, CAMERA)
    assert size.area_mm2 == pytest.approx(1600)


@pytest.mark.parametrize(
    ("depth", "camera"),
    [
        (None, CAMERA),
        (depth_of(800), None),
        (depth_of(0), CAMERA),
        (depth_of(65535), CAMERA),
    ],
    ids=["no_depth", "no_camera", "no_value", "too_far"],
)
def test_what_cannot_be_measured_is_unknown_and_not_0(
    depth: np.ndarray | None, camera: Intrinsics | None
) -> None:
    size = metric_size(REGION, depth, camera)
    assert size == UNKNOWN_SIZE
    assert all(math.isnan(value) for value in vars(size).values())


def a_camera(**fields: int) -> CameraInfo:
    k = [400.0, 0.0, 40.0, 0.0, 200.0, 30.0, 0.0, 0.0, 1.0]
    return CameraInfo(k=k, **{"height": 60, "width": 80, **fields})


def test_a_map_may_be_smaller_than_the_picture_and_the_sensors_pixels_binned() -> None:
    assert Intrinsics.of(a_camera(), (60, 80)) == CAMERA
    assert Intrinsics.of(a_camera(), (30, 40)) == Intrinsics(fx=200.0, fy=100.0)
    assert Intrinsics.of(a_camera(binning_x=2, binning_y=2), (30, 40)) == Intrinsics(
        fx=200.0, fy=100.0
    )


def test_a_camera_without_calibration_has_no_intrinsics() -> None:
    assert Intrinsics.of(CameraInfo(height=60, width=80), (60, 80)) is None
    assert Intrinsics.of(CameraInfo(), (60, 80)) is None
