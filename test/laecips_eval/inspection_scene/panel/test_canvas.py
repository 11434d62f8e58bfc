"""The canvas: labels, light and shadow."""

import numpy as np
import pytest
from laecips_eval.inspection_scene.classes import DENT, HOUSING, PANEL, RAIL
from laecips_eval.inspection_scene.drawing.random_stream import RandomStream
from laecips_eval.inspection_scene.drawing.sprites import LEVEL, Pen
from laecips_eval.inspection_scene.panel.canvas import Canvas, Light
from laecips_eval.inspection_scene.panel.surfaces import Surface
from laecips_eval.inspection_scene.parts.defects import draw_dent

FROM_THE_LEFT = Light(-16, 0, 120)


def grey_canvas(light: Light = FROM_THE_LEFT) -> Canvas:
    canvas = Canvas(200, 100, light)
    ground = np.full((100, 200, 3), 120, np.uint8)
    canvas.cover(Surface(ground, np.full((100, 200), LEVEL, np.uint8)), (0, 0), PANEL)
    return canvas


def put_box(canvas: Canvas, centre: tuple[float, float]) -> None:
    pen = Pen(40, 40)
    pen.raised([(-20, -20), (20, -20), (20, 20), (-20, 20)], (120, 120, 120), 60)
    canvas.put(pen.sprite(), centre, HOUSING, base=10, shadow=8)


def test_flat_ground_is_left_alone() -> None:
    assert (grey_canvas().lit() == 120).all()


def test_the_lit_side_is_bright_and_the_other_in_shadow() -> None:
    canvas = grey_canvas()
    put_box(canvas, (100, 50))
    lit = canvas.lit()[50, :, 0].astype(int)
    assert lit[78:84].max() > 150
    assert lit[117:123].min() < 90
    assert lit[124:130].min() < 115, "no shadow on the ground"
    assert (lit[:70] == 120).all()
    assert lit[100] == 120


def test_labels_are_the_shape_of_the_part() -> None:
    canvas = grey_canvas()
    put_box(canvas, (100, 50))
    assert canvas.label[50, 100] == HOUSING
    assert (canvas.label == HOUSING).sum() == pytest.approx(1600, rel=0.05)


@pytest.mark.parametrize("centre", [(0.0, 0.0), (200.0, 50.0), (100.0, -300.0)])
def test_parts_may_hang_over_the_edge(centre: tuple[float, float]) -> None:
    canvas = grey_canvas()
    put_box(canvas, centre)
    assert (canvas.label == HOUSING).sum() <= 800


def test_a_dent_shades_without_new_colour() -> None:
    canvas = grey_canvas()
    canvas.press(draw_dent(RandomStream(2)), (60, 50), DENT)
    lit = canvas.lit()
    dent = canvas.label == DENT
    assert dent.sum() > 300
    assert lit[dent].min() < 105
    assert lit[dent].max() > 135
    assert (lit[~dent] == 120).mean() > 0.99


def test_elevated_ground_casts_a_shadow() -> None:
    canvas = grey_canvas(Light(0, -16, 120))
    rail = np.full((20, 200, 3), 120, np.uint8)
    canvas.cover(Surface(rail, np.full((20, 200), LEVEL, np.uint8)), (0, 30), RAIL, elevation=20)
    assert (canvas.label[30:50] == RAIL).all()
    assert canvas.lit()[52, 100, 0] < 110
