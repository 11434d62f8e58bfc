from dataclasses import replace

import cv2
import numpy as np
import pytest
from laecips_edge.core.bundle.manifest import Manifest
from laecips_edge.core.inference.preprocessing import NetworkInputs

RGB = Manifest(
    name="line",
    version=1,
    classes=("belt", "part"),
    palette=((0, 0, 0), (255, 0, 0)),
    input_size=(32, 48),
    mean=(0.5, 0.25, 0.0),
    std=(0.5, 0.25, 1.0),
    delta=0.5,
    beta=0.1,
)
RGBD = replace(
    RGB, modality="rgbd", mean=(*RGB.mean, 0.5), std=(*RGB.std, 0.25), depth_range_mm=2000
)


def picture(*shape: int) -> np.ndarray:
    return np.random.default_rng(0).integers(0, 256, shape, np.uint8)


def test_channels_stay_in_order_and_are_normalised_by_their_own():
    rgb = np.zeros((32, 48, 3), np.uint8)
    rgb[...] = (255, 0, 51)
    planes = NetworkInputs(RGB)(rgb)[0]["rgb"]
    assert planes.shape == (1, 3, 32, 48)
    assert planes.dtype == np.float32
    np.testing.assert_allclose(planes[0, :, 5, 7], [1.0, -1.0, 0.2], rtol=1e-6)


@pytest.mark.parametrize("size", [(32, 48), (96, 128), (20, 30), (1, 1)])
def test_any_size_is_resized(size):
    rgb = picture(*size, 3)
    method = cv2.INTER_AREA if rgb.size > 3 * 32 * 48 else cv2.INTER_LINEAR
    expected = cv2.resize(rgb, (48, 32), interpolation=method) / 255
    expected = (expected - RGB.mean) / RGB.std
    found = NetworkInputs(RGB)(rgb)[0]["rgb"][0].transpose(1, 2, 0)
    np.testing.assert_allclose(found, expected, atol=1e-5)


def test_a_view_of_a_larger_picture_is_as_good():
    rgb = picture(40, 60, 3)[4:36, 6:54]
    expected = NetworkInputs(RGB)(rgb.copy())[0]["rgb"]
    np.testing.assert_array_equal(NetworkInputs(RGB)(rgb)[0]["rgb"], expected)


@pytest.mark.parametrize(
    ("millimetres", "expected"), [(0, -2.0), (1000, 0.0), (2000, 2.0), (65535, 2.0)]
)
def test_depth_is_a_share_of_its_range(millimetres, expected):
    depth = np.full((64, 96), millimetres, np.uint16)
    (inputs,) = NetworkInputs(RGBD)(picture(32, 48, 3), depth)
    assert inputs["depth"].shape == (1, 32, 48)
    assert inputs["depth"].dtype == np.float32
    np.testing.assert_allclose(inputs["depth"], expected, atol=1e-6)


def test_depth_is_left_aside_where_f_takes_none():
    (inputs,) = NetworkInputs(RGB)(picture(32, 48, 3), np.zeros((1, 1), np.uint16))
    assert inputs.keys() == {"rgb"}


def test_each_tile_is_a_window_of_the_picture_at_its_full_size():
    tiled = replace(RGBD, input_size=(64, 96), tiles=(2, 1))
    rgb, depth = picture(96, 96, 3), picture(96, 96).astype(np.uint16)
    upper, lower = NetworkInputs(tiled)(rgb, depth)
    for tile, window in ((upper, slice(0, 64)), (lower, slice(32, 96))):
        whole = NetworkInputs(replace(tiled, tiles=(1, 1)))(rgb[window], depth[window])[0]
        np.testing.assert_array_equal(tile["rgb"], whole["rgb"])
        np.testing.assert_array_equal(tile["depth"], whole["depth"])


@pytest.mark.parametrize(
    "rgb",
    [
        np.zeros((0, 48, 3), np.uint8),
        np.zeros((32, 48), np.uint8),
        np.zeros((32, 48, 4), np.uint8),
        np.zeros((32, 48, 3), np.float32),
    ],
)
def test_what_is_no_picture(rgb):
    with pytest.raises(ValueError, match=r"picture: must be uint8 \[H,W,3\]"):
        NetworkInputs(RGB)(rgb)


@pytest.mark.parametrize(
    ("depth", "found"),
    [
        (None, "none"),
        (np.zeros((32, 48), np.float32), r"float32 \[32, 48\]"),
        (np.zeros((0, 0), np.uint16), r"uint16 \[0, 0\]"),
    ],
)
def test_what_is_no_depth(depth, found):
    with pytest.raises(ValueError, match=rf"depth: bundle line takes .* got {found}"):
        NetworkInputs(RGBD)(picture(32, 48, 3), depth)
