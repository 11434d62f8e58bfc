from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from laecips_edge.core.routing.upload_budget import UploadBudget, UploadBudgetSettings

QUANTILES = tuple(np.linspace(0.05, 0.95, 11).tolist())


def uploads(
    trusts: Sequence[float],
    *,
    share: float,
    audit_rate: float = 0.0,
    ranking: Sequence[float] = (),
    delta: float = 0.5,
    **options: int,
) -> np.ndarray:
    """Route frames as a policy does; returns which were uploaded, bool [N]."""
    budget = UploadBudget(UploadBudgetSettings(share=share, **options), delta=delta)
    budget.renew(ranking, delta=delta)
    audits, sent = np.random.default_rng(7), []
    upload = True
    for trust in trusts:
        hard = not trust > delta
        audit = upload and not hard and bool(audits.random() < audit_rate)
        sent.append(hard or audit)
        allowance = budget.looked(
            trust, uploaded=sent[-1], audit_rate=audit_rate, cloud_is_there=True
        )
        delta, upload = allowance.delta, allowance.upload
    return np.array(sent)


TRUSTS = st.lists(st.floats(0.001, 1.0), min_size=1, max_size=200)
SHARES = st.floats(0.01, 1.0)


@given(trusts=TRUSTS, share=SHARES, audit_rate=st.floats(0.0, 1.0), savings=st.integers(1, 50))
def test_never_more_than_the_share_and_the_savings_whatever_comes(
    trusts: list[float], share: float, audit_rate: float, savings: int
) -> None:
    sent = uploads(trusts, share=share, audit_rate=audit_rate, savings=savings)
    total = np.concatenate([[0], np.cumsum(sent)])
    frames = np.arange(len(total))
    # The first frame is decided before the budget has seen one.
    assert (total <= share * frames + 1 + 1e-6).all()
    for start in range(len(total)):
        window = total[start:] - total[start]
        assert (window <= share * (frames[start:] - start) + savings + 1 + 1e-6).all()


@settings(max_examples=20)
@given(share=st.floats(0.03, 1.0), power=st.floats(0.2, 5.0), audit_rate=st.sampled_from([0, 0.02]))
def test_the_share_is_used_whatever_the_scale_of_the_trust(
    share: float, power: float, audit_rate: float
) -> None:
    trusts = np.random.default_rng(0).random(2000) ** power
    sent = uploads(trusts.tolist(), share=share, audit_rate=audit_rate)
    assert share - 0.04 <= sent.mean() <= share + 0.001


@pytest.mark.parametrize("slope", [-0.5, 0.5])
def test_the_share_is_used_under_drift(slope: float) -> None:
    frames = np.arange(3000)
    trusts = 0.5 + slope * (frames / 3000 - 0.5) + np.random.default_rng(1).normal(0, 0.08, 3000)
    sent = uploads(np.clip(trusts, 0.001, 1).tolist(), share=0.35, audit_rate=0.05)
    thirds = sent.reshape(3, -1).mean(axis=1)
    assert 0.25 < thirds[0] <= 0.35, "it saves first"
    assert thirds[1:] == pytest.approx(0.35, abs=0.02)


def test_the_least_trusted_frames_go() -> None:
    trusts = np.random.default_rng(2).random(3000)
    sent = uploads(trusts.tolist(), share=0.35)[600:]
    assert trusts[600:][sent].mean() < 0.25
    assert trusts[600:][~sent].mean() > 0.6


def test_a_burst_may_spend_what_quiet_frames_have_saved() -> None:
    quiet = np.random.default_rng(3).uniform(0.7, 0.9, 600)
    burst = np.random.default_rng(4).uniform(0.1, 0.3, 40)
    sent = uploads([*quiet, *burst], share=0.35)
    assert sent[600:].mean() > 0.6


def test_known_quantiles_make_it_quick() -> None:
    trusts = np.random.default_rng(5).random(60).tolist()
    # The manifest's threshold alone would call no frame hard.
    known = uploads(trusts, share=0.35, ranking=QUANTILES, delta=0.0)
    unknown = uploads(trusts, share=0.35, delta=0.0)
    assert known[:30].sum() > 3
    assert unknown[:30].sum() == 0
    assert unknown[30:].sum() > 3


def test_audits_alone_may_not_exceed_it() -> None:
    sent = uploads([0.9] * 1000, share=0.1, audit_rate=0.5)
    assert 0.09 <= sent.mean() <= 0.101


def test_without_a_cloud_nothing_is_earned_or_paid() -> None:
    budget = UploadBudget(UploadBudgetSettings(share=0.1), delta=0.5)
    for _ in range(500):
        budget.looked(0.9, uploaded=False, audit_rate=0.0, cloud_is_there=False)
    allowance = budget.looked(0.9, uploaded=True, audit_rate=0.0, cloud_is_there=True)
    assert not allowance.upload
    assert allowance.delta == 0.0


def test_another_h_keeps_the_account() -> None:
    budget = UploadBudget(UploadBudgetSettings(share=0.35), delta=0.5)
    for trust in np.random.default_rng(6).random(400):
        allowance = budget.looked(
            float(trust), uploaded=bool(trust < 0.3), audit_rate=0.0, cloud_is_there=True
        )
    budget.renew([value / 10 for value in QUANTILES], delta=0.05)
    after = budget.looked(0.09, uploaded=False, audit_rate=0.0, cloud_is_there=True)
    assert after.upload
    assert 0.2 * allowance.delta / 10 < after.delta < 0.1


@pytest.mark.parametrize(
    ("wrong", "name"),
    [
        ({"share": 0.0}, "share"),
        ({"share": 1.1}, "share"),
        ({"share": 0.5, "window": 0}, "window"),
        ({"share": 0.5, "warm_up": 601}, "warm_up"),
        ({"share": 0.5, "savings": 0}, "savings"),
    ],
)
def test_settings_that_cannot_be_are_refused(wrong: dict[str, float], name: str) -> None:
    with pytest.raises(ValueError, match=f"upload budget: {name} cannot be"):
        UploadBudgetSettings(**wrong)  # type: ignore[arg-type]
