import numpy as np
import pytest
from laecips_cloud.training.data.augment import Geometry, reframe, relight


def picture(height: int = 48, width: int = 64) -> tuple[np.ndarray, np.ndarray]:
    """A picture whose red channel tells the class of each pixel."""
    label = np.zeros((height, width), np.uint8)
    label[height // 4 : height // 2, width // 3 : width // 2] = 1
    label[height // 2 :, width // 2 :] = 2
    image = np.dstack([label * 80, np.full_like(label, 128), np.full_like(label, 60)])
    return image, label


def test_nothing_to_draw_changes_nothing() -> None:
    image, label = picture()
    still = Geometry(size=(48, 64), rotation=0.0, flip=False)
    out_image, out_label = reframe(image, label, still, np.random.default_rng(0))
    np.testing.assert_array_equal(out_image, image)
    np.testing.assert_array_equal(out_label, label)


@pytest.mark.parametrize("size", [(24, 32), (48, 64), (70, 90)])
@pytest.mark.parametrize("zoom", [(0.5, 0.5), (1.0, 1.0), (0.7, 1.6)])
def test_labels_move_with_the_picture(size: tuple[int, int], zoom: tuple[float, float]) -> None:
    image, label = picture()
    random = np.random.default_rng(1)
    seen = set()
    for _ in range(20):
        out_image, out_label = reframe(image, label, Geometry(size=size, zoom=zoom), random)
        assert out_image.shape == (*size, 3)
        assert out_label.shape == size
        known = out_label != 255
        wrong = np.abs(out_image[..., 0].astype(int) - out_label.astype(int) * 80) > 40
        # Only along contours, where the picture is interpolated and the label is not.
        assert np.mean(wrong[known]) < 0.12
        seen |= set(np.unique(out_label[known]))
    assert seen == {0, 1, 2}


def test_flips_happen_half_the_time() -> None:
    image, label = picture()
    geometry = Geometry(size=(48, 64), rotation=0.0)
    random = np.random.default_rng(2)
    flipped = [
        np.array_equal(reframe(image, label, geometry, random)[1], label[:, ::-1])
        for _ in range(200)
    ]
    assert 0.35 < np.mean(flipped) < 0.65


def test_a_seed_draws_the_same_again() -> None:
    image, _ = picture()
    one, two, other = (relight(image, np.random.default_rng(seed)) for seed in (5, 5, 6))
    np.testing.assert_array_equal(one, two)
    assert not np.array_equal(one, other)


def test_light_reaches_dusk_and_glare_and_other_lamps() -> None:
    image = np.full((32, 32, 3), 128, np.uint8)
    before = image.copy()
    random = np.random.default_rng(3)
    drawn = np.stack([relight(image, random) for _ in range(300)])
    assert drawn.dtype == np.uint8
    np.testing.assert_array_equal(image, before)
    means = drawn.mean((1, 2))
    brightness = means.mean(1)
    assert np.quantile(brightness, 0.05) < 30
    assert np.quantile(brightness, 0.95) > 150
    warmth = np.log((means[:, 0] + 1) / (means[:, 2] + 1))
    assert warmth.min() < -0.3
    assert warmth.max() > 0.3


def test_a_weaker_light_stays_nearer_to_the_picture() -> None:
    image = np.full((32, 32, 3), 128, np.uint8)

    def distance(strength: float) -> float:
        random = np.random.default_rng(4)
        drawn = [relight(image, random, strength=strength).astype(int) for _ in range(100)]
        return float(np.abs(np.stack(drawn) - 128).mean())

    weak, half, full = distance(0.1), distance(0.5), distance(1.0)
    assert weak < 0.3 * full
    assert weak < half < 0.8 * full
