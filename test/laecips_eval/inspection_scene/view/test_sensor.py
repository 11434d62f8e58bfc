"""Dust, lamp, lens and sensor: each dial does its own thing to the picture."""

from dataclasses import replace

import numpy as np
import pytest
from laecips_eval.inspection_scene.drawing.random_stream import RandomStream
from laecips_eval.inspection_scene.view.camera import CameraView
from laecips_eval.inspection_scene.view.drift import DAY_ZERO, Drift
from laecips_eval.inspection_scene.view.sensor import Lamp, expose

LAMP = Lamp(across=0, down=0, falloff=0, gain=256)


def halves() -> CameraView:
    """Left dark, right bright."""
    image = np.full((360, 480, 3), 60, np.uint8)
    image[:, 240:] = 180
    dust = np.full((360, 480), 128, np.uint8)
    return CameraView(image, np.zeros((360, 480), np.uint8), dust)


def taken(drift: Drift, lamp: Lamp = LAMP) -> np.ndarray:
    return expose(halves(), drift, lamp, RandomStream(7)).astype(float)


def test_day_zero_is_the_view_with_noise() -> None:
    picture = taken(DAY_ZERO)
    assert picture[:, :230].mean() == pytest.approx(60, abs=1)
    assert picture[:, 250:].mean() == pytest.approx(180, abs=1)
    assert 1.5 < picture[:, 250:].std() < 5
    assert picture[:, 250:].std() > picture[:, :230].std(), "noise grows with light"


def test_noise_is_another_every_frame() -> None:
    one = expose(halves(), DAY_ZERO, LAMP, RandomStream(7))
    assert np.array_equal(one, expose(halves(), DAY_ZERO, LAMP, RandomStream(7)))
    assert not np.array_equal(one, expose(halves(), DAY_ZERO, LAMP, RandomStream(8)))


def test_dimming_takes_light_and_adds_noise() -> None:
    dim = taken(Drift(dimming=1.0))
    assert dim[:, 250:].mean() == pytest.approx(180 * 0.33, abs=3)
    assert dim[:, 250:].std() > taken(DAY_ZERO)[:, 250:].std() * 1.2


def test_warmth_takes_blue() -> None:
    red, green, blue = taken(Drift(warmth=1.0))[:, 250:].mean(axis=(0, 1))
    assert red > 185 > green > 140 > blue


def test_dust_takes_contrast() -> None:
    dusty = taken(Drift(dust=1.0))
    assert dusty[:, 250:].mean() - dusty[:, :230].mean() < 70


def test_blur_takes_edges() -> None:
    edge = np.abs(np.diff(taken(DAY_ZERO), axis=1)).max()
    assert np.abs(np.diff(taken(Drift(blur=1.0)), axis=1)).max() < edge / 2


def test_lamps_differ() -> None:
    across = taken(DAY_ZERO, replace(LAMP, across=30))
    assert across[:, 470:].mean() > across[:, 250:260].mean() + 5
    corner = taken(DAY_ZERO, replace(LAMP, falloff=70))
    assert corner[:20, 460:].mean() < corner[170:190, 250:270].mean() - 20
    assert len({Lamp.drawn(RandomStream(seed)) for seed in range(5)}) == 5
