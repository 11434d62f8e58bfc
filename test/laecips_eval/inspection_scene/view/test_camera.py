"""The camera: a view is the panel, moved and turned."""

import cv2
import numpy as np
import pytest
from laecips_eval.inspection_scene.drawing.random_stream import RandomStream
from laecips_eval.inspection_scene.panel.sections import HEIGHT
from laecips_eval.inspection_scene.panel.strip import Strip
from laecips_eval.inspection_scene.view.camera import HEIGHT_PX, REACH, WIDTH_PX, Camera


def chequered(width: int = 1000) -> Strip:
    """A panel whose picture and labels are the same coarse chequers."""
    rows, columns = np.arange(HEIGHT)[:, None] // 40, np.arange(width)[None, :] // 40
    label = ((rows * 3 + columns) % 10).astype(np.uint8)
    return Strip(np.repeat((label * 25)[:, :, None], 3, axis=2), label, (1,))


@pytest.mark.parametrize("moved", [0.0, 0.6, 1.0])
def test_picture_and_truth_move_together(moved: float) -> None:
    view = Camera(RandomStream(3), moved=moved).look(chequered(), 500.4, 301.7)
    assert view.image.shape == (HEIGHT_PX, WIDTH_PX, 3)
    assert view.label.shape == (HEIGHT_PX, WIDTH_PX)
    around = np.ones((3, 3), np.uint8)
    inside = cv2.dilate(view.label, around) == cv2.erode(view.label, around)
    assert inside.mean() > 0.8
    off = np.abs(view.image[:, :, 0].astype(int) - view.label.astype(int) * 25)
    assert off[2:-2, 2:-2][inside[2:-2, 2:-2]].max() <= 1, "they show different places"


def test_a_moved_camera_sees_something_else() -> None:
    near = Camera(RandomStream(3), moved=1.0).look(chequered(), 500)
    usual = Camera(RandomStream(3)).look(chequered(), 500)
    assert (near.label != usual.label).mean() > 0.5


def test_driving_moves_the_view() -> None:
    camera, strip = Camera(RandomStream(3)), chequered()
    here, there = camera.look(strip, 500), camera.look(strip, 540)
    # One chequer along is the neighbour's label, up to the turn of the camera.
    assert (here.label[:, 60:420] == (there.label[:, 60:420] + 9) % 10).mean() > 0.9


@pytest.mark.parametrize("moved", [0.0, 1.0])
def test_no_view_leaves_its_reach(moved: float) -> None:
    """With REACH on both sides a mark at the very edge of the panel stays out of sight."""
    for seed in range(8):
        strip = chequered(2 * REACH)
        strip.label[:, :2] = 99
        strip.label[:, -2:] = 99
        strip.label[:2] = 99
        strip.label[-2:] = 99
        view = Camera(RandomStream(seed), moved=moved).look(strip, REACH, HEIGHT / 2)
        assert not (view.label == 99).any()


def test_dust_only_when_asked_for() -> None:
    camera, strip = Camera(RandomStream(3)), chequered()
    assert camera.look(strip, 500).dust is None
    dust = camera.look(strip, 500, dust=True).dust
    assert dust is not None
    assert dust.shape == (HEIGHT_PX, WIDTH_PX)
