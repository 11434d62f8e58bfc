"""What a drift does to a picture."""

import numpy as np
import pytest
from laecips_eval.drift.effects import camera_rays, expose
from laecips_eval.drift.recipe import Dials
from laecips_eval.inspection_scene.drawing.random_stream import RandomStream

SIZES = [(48, 64), (200, 200), (720, 1280), (37, 501)]


def stripes(height: int, width: int) -> np.ndarray:
    columns = np.arange(width) // 8 % 2 * 120 + 60
    return np.broadcast_to(columns[None, :, None], (height, width, 3)).astype(np.uint8)


def exposed(rgb: np.ndarray, scene: int = 1, frame: int = 2, **dials: float) -> np.ndarray:
    return expose(rgb, Dials(**dials), scene=(scene,), frame=RandomStream(frame))


@pytest.mark.parametrize("size", SIZES)
def test_every_dial_changes_a_picture_of_any_size(size: tuple[int, int]) -> None:
    rgb = stripes(*size)
    assert expose(rgb, Dials(), scene=(1,), frame=RandomStream(2)) is rgb
    for dial in ("dimming", "warmth", "dust", "blur", "noise", "glare", "shadow"):
        some, much = exposed(rgb, **{dial: 0.3}), exposed(rgb, **{dial: 1.0})
        assert some.shape == much.shape == rgb.shape
        assert some.dtype == np.uint8
        change = [np.abs(it.astype(int) - rgb).mean() for it in (some, much)]
        assert 0 < change[0] < change[1], dial
    assert np.array_equal(rgb, stripes(*size)), "the picture itself stays"


def test_where_things_are_depends_on_the_scene_and_noise_on_the_frame() -> None:
    rgb = stripes(60, 80)
    for dial in ("dust", "glare", "shadow"):
        first = exposed(rgb, scene=1, frame=1, **{dial: 0.5})
        assert np.array_equal(first, exposed(rgb, scene=1, frame=2, **{dial: 0.5}))
        assert not np.array_equal(first, exposed(rgb, scene=2, frame=1, **{dial: 0.5}))
    noisy = exposed(rgb, frame=1, noise=0.5)
    assert np.array_equal(noisy, exposed(rgb, scene=9, frame=1, noise=0.5))
    assert not np.array_equal(noisy, exposed(rgb, frame=2, noise=0.5))


def test_what_the_dials_mean() -> None:
    rgb = stripes(60, 80)
    dim = exposed(rgb, dimming=1.0)
    assert dim.mean() == pytest.approx(rgb.mean() / 3, rel=0.05)
    warm = exposed(rgb, warmth=1.0).mean(axis=(0, 1))
    assert warm[0] > warm[1] > warm[2]
    assert exposed(rgb, blur=1.0).std() < exposed(rgb, blur=0.3).std() < rgb.std()
    assert exposed(rgb, dust=1.0).std() < rgb.std()
    assert (exposed(rgb, glare=1.0) >= rgb).all()
    assert (exposed(rgb, shadow=1.0) <= rgb).all()
    noise = exposed(rgb, noise=1.0).astype(int) - rgb
    assert abs(noise.mean()) < 1.5
    assert 15 < noise.std() < 30


def test_a_moved_camera_is_nearer_and_turned() -> None:
    rgb = np.zeros((90, 120, 3), np.uint8)
    rgb[44:46, 59:61] = 255  # stays in the middle
    rgb[44:46, 99:101] = 200  # goes outwards, and turns
    seen = camera_rays(90, 120, 1.0).look_at(rgb)
    rows, columns = np.nonzero(seen[:, :, 0] > 100)
    assert seen[44:46, 59:61].min() > 200
    assert columns.max() > 105
    assert abs(rows[columns.argmax()] - 45) > 5
