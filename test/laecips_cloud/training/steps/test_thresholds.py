from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from laecips_cloud.training.steps.held_out_rows import HeldOutRow
from laecips_cloud.training.steps.thresholds import (
    baseline_trust,
    delta_at_share,
    fit_beta,
    fit_temperature,
    quantiles,
    thresholds_at_share,
)


def row(logits: np.ndarray, truth: np.ndarray, *, iou: float = 0.5) -> HeldOutRow:
    return HeldOutRow(
        drifted=False,
        logits=logits.astype(np.float16),
        truth=truth.astype(np.uint8),
        iou=iou,
        assisted_iou=0.5,
    )


@pytest.mark.parametrize(
    ("trust", "share", "expected"),
    [
        ([0.1, 0.2, 0.6, 0.8], 0.5, 0.4),
        ([0.8, 0.1, 0.6, 0.2], 0.25, 0.15),
        ([0.1, 0.2, 0.6, 0.8], 1.0, 0.8),
        ([0.0, 0.5], 0.0, 0.0),
        ([0.4], 0.35, 0.4),
    ],
)
def test_delta(trust: list[float], share: float, expected: float) -> None:
    assert delta_at_share(np.array(trust), share) == pytest.approx(expected)


@given(
    trust=st.lists(st.floats(0.01, 1.0), min_size=1, max_size=40, unique=True),
    share=st.floats(0.0, 1.0),
)
def test_delta_meets_its_share(trust: list[float], share: float) -> None:
    delta = delta_at_share(np.array(trust), share)
    assert 0.0 <= delta <= 1.0
    hard = sum(not c > delta for c in trust)
    assert abs(hard - share * len(trust)) <= 0.5 + 1e-9 or _halves_a_double(trust)


@given(
    trust=st.lists(st.sampled_from([0.1, 0.2, 0.5, 1.0]), min_size=1, max_size=40),
    share=st.floats(0.0, 1.0),
)
def test_delta_meets_its_share_as_closely_as_ties_allow(trust: list[float], share: float) -> None:
    def miss(delta: float) -> float:
        return abs(sum(not c > delta for c in trust) - share * len(trust))

    assert miss(delta_at_share(np.array(trust), share)) == min(map(miss, [0.0, *trust]))


def _halves_a_double(trust: list[float]) -> bool:
    """Neighbouring doubles have no half-way between them."""
    ordered = np.sort(trust)
    return bool((np.diff(ordered) <= np.spacing(ordered[1:])).any())


def test_no_rows_is_an_error() -> None:
    with pytest.raises(ValueError, match="no held-out rows"):
        delta_at_share(np.array([]), 0.5)


def test_every_miner_gets_the_same_upload_share() -> None:
    random = np.random.default_rng(0)
    rows = [row(random.normal(0, s, (4, 6, 8)), np.zeros((6, 8))) for s in np.linspace(0.5, 8, 40)]
    trust = baseline_trust(rows)
    thresholds = thresholds_at_share(trust, 0.35)
    assert thresholds["random"] == 0.35
    for name, values in trust.items():
        # Of `mess` several rows have equal trust, and are hard or easy together.
        assert np.mean(values <= thresholds[name]) == pytest.approx(0.35, abs=0.05)
        assert values[0] < values[-1]  # the surer f is, the larger


def test_an_f_with_a_predictor_head_has_a_threshold_for_it() -> None:
    rows = [
        replace(row(np.zeros((4, 6, 8)), np.zeros((6, 8))), q=q)
        for q in np.linspace(0.1, 0.9, 20).tolist()
    ]
    trust = baseline_trust(rows)["appealnet"]
    assert trust.tolist() == [row.q for row in rows]
    assert np.mean(trust <= thresholds_at_share({"appealnet": trust}, 0.35)["appealnet"]) == 0.35


def test_quantiles_rise_from_least_to_largest() -> None:
    values = np.array([0.9, 0.1, 0.4])
    steps = quantiles(values)
    assert len(steps) == 21
    assert (steps[0], steps[10], steps[-1]) == pytest.approx((0.1, 0.4, 0.9))
    assert list(steps) == sorted(steps)


@pytest.mark.parametrize("temperature", [0.5, 1.0, 2.5])
def test_temperature_undoes_what_made_the_scores_too_sure(temperature: float) -> None:
    random = np.random.default_rng(1)
    calibrated = random.normal(0, 1.5, (5, 40, 50))
    # Truth drawn from the softmax itself: these logits are calibrated by construction.
    truth = (calibrated + random.gumbel(size=calibrated.shape)).argmax(axis=0)
    truth[:2] = 255
    fitted = fit_temperature([row(calibrated * temperature, truth)] * 8)
    assert fitted == pytest.approx(temperature, rel=0.1)


def test_temperature_needs_a_labelled_pixel() -> None:
    with pytest.raises(ValueError, match="no labelled pixel"):
        fit_temperature([row(np.zeros((3, 4, 4)), np.full((4, 4), 255))])


def test_beta_halves_trust_at_the_wanted_share() -> None:
    losses = np.linspace(0.1, 0.9, 21)
    rows = [row(np.zeros((2, 6, 8)), np.zeros((6, 8)), iou=1.0 - loss) for loss in losses]
    beta = fit_beta(rows, share=0.25)
    assert np.mean(beta / losses < 0.5) == pytest.approx(0.25, abs=0.05)
