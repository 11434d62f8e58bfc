"""Every kind of part can be drawn, is large enough to see, and looks like no other kind."""

import numpy as np
import pytest
from laecips_eval.inspection_scene.drawing.random_stream import RandomStream
from laecips_eval.inspection_scene.drawing.sprites import LEVEL, Sprite
from laecips_eval.inspection_scene.parts import connectors, fasteners, housings, labels
from laecips_eval.inspection_scene.parts.cables import bend, draw_cable, wave
from laecips_eval.inspection_scene.parts.defects import draw_dent, draw_scratch
from laecips_eval.inspection_scene.parts.makes import Make
from laecips_eval.inspection_scene.parts.materials import PLASTICS, Material


def visible(sprite: Sprite, *, pixels: int) -> None:
    assert sprite.mask.sum() >= pixels
    assert np.ptp(sprite.colour[sprite.mask], axis=0).max() > 20, "flat as paint"
    assert not sprite.coverage[0].any(), "cut off above"
    assert not sprite.coverage[-1].any(), "cut off below"


@pytest.mark.parametrize("make", Make)
def test_housings(make: Make) -> None:
    for seed in range(12):
        housing = housings.draw_housing(RandomStream(seed), 110, 90, make=make)
        visible(housing.sprite, pixels=4000)
        assert housing.sprite.relief.max() > LEVEL + 40
        for x, y in housing.screws:
            assert abs(x) < 50
            assert abs(y) < 42


@pytest.mark.parametrize("make", Make)
def test_connectors(make: Make) -> None:
    for seed in range(12):
        visible(connectors.draw_connector(RandomStream(seed), make=make), pixels=600)


@pytest.mark.parametrize("make", Make)
@pytest.mark.parametrize("size", [labels.SMALLEST, (80, 40), (400, 300)])
def test_labels(make: Make, size: tuple[float, float]) -> None:
    for seed in range(8):
        sprite = labels.draw_label(RandomStream(seed), width=size[0], height=size[1], make=make)
        visible(sprite, pixels=250)
        assert sprite.mask.shape[1] <= min(size[0], 92) + 6


@pytest.mark.parametrize("table", [housings.STYLES, connectors.STYLES, labels.STYLES])
def test_makes_share_no_style(table: dict[Make, tuple[object, ...]]) -> None:
    styles = [style for make in Make for style in table[make]]
    assert len(set(styles)) == len(styles)


@pytest.mark.parametrize("table", [PLASTICS, connectors.BODIES])
def test_foreign_parts_share_no_finish_with_those_of_any_bag(
    table: dict[Make, tuple[Material, ...]],
) -> None:
    in_bags = {m.texture for make in (Make.USUAL, Make.NEW) for m in table[make]}
    assert not in_bags & {material.texture for material in table[Make.FOREIGN]}


def test_a_missing_screw_is_a_hole_where_a_screw_stands_out() -> None:
    for seed in range(8):
        screw = fasteners.draw_screw(RandomStream(seed), radius=9)
        hole = fasteners.draw_missing_screw(RandomStream(seed), radius=9)
        assert screw.relief.max() > LEVEL + 20
        assert hole.relief.min() < LEVEL - 40
        assert hole.mask.sum() == pytest.approx(np.pi * 81, rel=0.1)


def test_cables_follow_their_path() -> None:
    path = bend((10, 10), (90, 50), slack=(0, 30))
    assert path[0] == (10, 10)
    assert path[-1] == (90, 50)
    sprite, centre = draw_cable(RandomStream(3), path, width=9)
    tall, wide = sprite.mask.shape
    for x, y in path:
        row, column = round(y - centre[1] + tall / 2), round(x - centre[0] + wide / 2)
        assert sprite.mask[row, column]
    level = wave((0, 5), (100, 5), swing=3, periods=1)
    assert max(abs(y - 5) for _, y in level) == pytest.approx(3, abs=0.1)


def test_defects() -> None:
    for seed in range(8):
        scratch = draw_scratch(RandomStream(seed))
        assert 150 < scratch.mask.sum() < 2000
        dent = draw_dent(RandomStream(seed))
        assert dent.depth[dent.mask].min() >= 0
        assert dent.depth.max() == dent.depth[dent.depth.shape[0] // 2, dent.depth.shape[1] // 2]
        assert not dent.depth[0].any()
