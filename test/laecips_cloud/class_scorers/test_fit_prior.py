"""The fitted adjustment takes back what class weights did, as far as it serves."""

import numpy as np
import pytest
from laecips_cloud.class_scorers.fit_prior import POWERS, PriorFit

SHARES = np.array([0.7, 0.25, 0.05])
WEIGHTS = np.array([1.5, 3.0, 8.0])


def frames(overrated: float) -> list[tuple[np.ndarray, np.ndarray]]:
    """Scores that are right about what is there, times the weights to a power; and the truth."""
    random = np.random.default_rng(0)
    made = []
    for _ in range(4):
        logits = random.normal(size=(3, 60, 80)) * 2 + np.log(SHARES)[:, None, None]
        right = np.exp(logits) / np.exp(logits).sum(axis=0)
        drawn = random.random((60, 80))
        truth = (drawn > right.cumsum(axis=0)).sum(axis=0).clip(max=2).astype(np.uint8)
        said = right * (WEIGHTS**overrated)[:, None, None]
        made.append(((said / said.sum(axis=0)).astype(np.float32), truth))
    return made


def fitted(overrated: float) -> PriorFit:
    fit = PriorFit(WEIGHTS)
    for scores, truth in frames(overrated):
        fit.add(scores, truth)
    return fit


def test_the_power_rises_with_what_was_overrated() -> None:
    powers = [fitted(overrated).power() for overrated in (0.0, 0.5, 1.0)]
    assert powers == sorted(powers)
    assert powers[2] - powers[0] == pytest.approx(min(1.0, 1.0 - powers[0]), abs=0.35)


def test_the_adjustment_is_the_powers_and_has_its_miou() -> None:
    fit = fitted(1.0)
    adjustment = np.array(fit.logit_adjustment())
    assert adjustment.sum() == pytest.approx(0, abs=1e-3)
    np.testing.assert_allclose(
        np.diff(adjustment), -fit.power() * np.diff(np.log(WEIGHTS)), atol=1e-3
    )
    assert fit.miou()[fit.power()] == max(fit.miou().values()) > fit.miou()[0.0]
    assert tuple(fit.miou()) == POWERS


def test_scores_that_are_best_as_they_are_stay() -> None:
    truth = np.array([[0, 1], [2, 255]], np.uint8)
    scores = np.eye(3, dtype=np.float32)[:, [[0, 1], [2, 0]]]
    fit = PriorFit(WEIGHTS)
    fit.add(scores, truth)
    assert fit.power() == 0.0
    assert fit.logit_adjustment() == ()


def test_nothing_to_fit_on() -> None:
    fit = PriorFit(WEIGHTS)
    with pytest.raises(ValueError, match="no labelled pixel to fit the logit adjustment on"):
        fit.power()
    fit.add(np.full((3, 2, 2), 1 / 3, np.float32), np.full((2, 2), 255, np.uint8))
    with pytest.raises(ValueError, match="no labelled pixel"):
        fit.logit_adjustment()
