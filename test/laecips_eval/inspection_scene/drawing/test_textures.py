"""Textures: centred, as strong as asked for, each with its own grain."""

import numpy as np
import pytest
from laecips_eval.inspection_scene.drawing.random_stream import RandomStream
from laecips_eval.inspection_scene.drawing.textures import TEXTURES, clouds


@pytest.mark.parametrize("name", sorted(TEXTURES))
def test_offsets_are_centred_and_bounded(name: str) -> None:
    texture = TEXTURES[name](RandomStream(1), 120, 160, 12)
    assert texture.shape == (120, 160)
    assert texture.dtype == np.int16
    assert abs(float(texture.mean())) < 1.5
    assert 2 < np.abs(texture).max() <= 48


def test_brushes_run_along() -> None:
    texture = TEXTURES["brushed"](RandomStream(1), 200, 200, 20).astype(float)
    along, across = np.abs(np.diff(texture, axis=1)).mean(), np.abs(np.diff(texture, axis=0)).mean()
    assert along * 2 < across


def test_hammered_dimples_are_wider_than_grain() -> None:
    def roughness(name: str) -> float:
        texture = TEXTURES[name](RandomStream(1), 200, 200, 20).astype(float)
        return float(np.abs(np.diff(texture, axis=1)).mean() / texture.std())

    assert roughness("hammered") * 2 < roughness("grain")


def test_specks_are_few_light_and_dark_on_an_even_ground() -> None:
    def even(name: str) -> float:
        return float((np.abs(TEXTURES[name](RandomStream(1), 200, 200, 20)) <= 2).mean())

    texture = TEXTURES["speckled"](RandomStream(1), 200, 200, 20)
    light, dark = (texture > 16).mean(), (texture < -16).mean()
    assert even("speckled") > 1.5 * even("grain")
    assert 0.02 < light < 0.1
    assert light == pytest.approx(dark, rel=0.2)


def test_clouds_are_soft() -> None:
    texture = clouds(RandomStream(1), 200, 260, 20)
    assert texture.shape == (200, 260)
    assert np.ptp(texture) > 20
    assert np.abs(np.diff(texture, axis=1)).max() <= 6
