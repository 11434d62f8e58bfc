"""The fitted weight is that of the better opinion, or of the mixture that is likeliest."""

import numpy as np
import pytest
from laecips_cloud.class_scorers.fit_blend import BlendFit

TRUTH = np.random.default_rng(0).integers(0, 3, (40, 50)).astype(np.uint8)


def opinion(right: float, seed: int) -> np.ndarray:
    """Scores that give 0.9 to the true class of a share `right` of the pixels, else to another."""
    random = np.random.default_rng(seed)
    wrong = (TRUTH + random.integers(1, 3, TRUTH.shape)) % 3
    said = np.where(random.random(TRUTH.shape) < right, TRUTH, wrong)
    return np.where(said == np.arange(3)[:, None, None], 0.9, 0.05).astype(np.float32)


@pytest.mark.parametrize(
    ("f", "g", "weight"),
    [
        pytest.param(opinion(0.9, 1), opinion(0.2, 2), pytest.approx(0, abs=0.1), id="f is better"),
        pytest.param(opinion(0.2, 1), opinion(0.9, 2), pytest.approx(1, abs=0.1), id="g is better"),
        pytest.param(opinion(0.8, 1), opinion(0.8, 2), pytest.approx(0.5, abs=0.1), id="equals"),
    ],
)
def test_the_better_opinion_counts(f: np.ndarray, g: np.ndarray, weight: object) -> None:
    fit = BlendFit()
    fit.add(f, g, TRUTH)
    assert fit.cloud_weight() == weight


def test_a_class_that_g_does_not_know_is_not_held_against_it() -> None:
    """g is right wherever it can be: of class 2 f alone has a say."""
    f, g = opinion(0.8, 1), opinion(1.0, 2)
    g[2] = 0
    g /= g.sum(axis=0)
    naive, fair = BlendFit(), BlendFit(unknown=(2,))
    for fit in (naive, fair):
        fit.add(f, g.astype(np.float32), TRUTH)
    assert fair.cloud_weight() == 1.0 > naive.cloud_weight()


def test_pixels_without_a_class_do_not_count() -> None:
    f, g = opinion(0.9, 1), opinion(0.2, 2)
    truth = TRUTH.copy()
    truth[:, 5:] = 255
    f[:, :, 5:], g[:, :, 5:] = 1 - f[:, :, 5:], 1 - g[:, :, 5:]
    fit = BlendFit(pixels=10_000)
    fit.add(f, g, truth)
    fit.add(f, g, np.full_like(truth, 255))
    cut = BlendFit(pixels=10_000)
    cut.add(f[:, :, :5], g[:, :, :5], TRUTH[:, :5])
    assert fit.cloud_weight() == cut.cloud_weight()


def test_the_draw_is_the_seeds() -> None:
    f, g = opinion(0.7, 1), opinion(0.75, 2)

    def weight(seed: int) -> float:
        fit = BlendFit(pixels=50, seed=seed)
        fit.add(f, g, TRUTH)
        return fit.cloud_weight()

    assert weight(1) == weight(1)
    assert len({weight(seed) for seed in range(8)}) > 1


def test_an_opinion_of_nothing_but_zeros_is_finite() -> None:
    fit = BlendFit()
    fit.add(np.zeros((3, 40, 50), np.float32), np.zeros((3, 40, 50), np.float32), TRUTH)
    assert 0 <= fit.cloud_weight() <= 1


def test_nothing_to_fit_on() -> None:
    with pytest.raises(ValueError, match="no labelled pixel"):
        BlendFit().cloud_weight()
