from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest
from laecips_edge.core.bundle.manifest import Manifest
from laecips_edge.core.routing.policy import Decision, Policy
from laecips_edge.core.routing.threshold_control import ThresholdControl, can_be_steered


def manifest(version: int = 1, quantiles: Sequence[float] = ()) -> Manifest:
    return Manifest(
        name="test",
        version=version,
        classes=("panel", "scratch"),
        palette=((0, 0, 0), (255, 0, 0)),
        input_size=(32, 32),
        delta=0.5,
        beta=0.1,
        quantiles=tuple(quantiles),
        thresholds={"laecips": 0.5, "spp": 0.5},
    )


def drive(
    steering: ThresholdControl, of: Manifest, *, frames: int, scale: float = 1.0, cloud: bool = True
) -> float:
    """Uniform trust, easy answers after 1 s and hard ones after 3 s; the share of hard."""
    random, hards = np.random.default_rng(0), 0
    policy = Policy("laecips", manifest=of)
    for _ in range(frames):
        trust = random.uniform() * scale
        hard = not trust > policy.delta
        hards += hard
        decision = Decision(trust=trust, delta=policy.delta, hard=hard, audit=False)
        allowance = steering.looked(decision, policy=policy, manifest=of, cloud_is_there=cloud)
        steering.answered(3.0 if hard else 1.0, hard=hard)
        policy = policy.held_to(allowance.delta, uploads=allowance.upload)
    return hards / frames


def test_the_mean_delay_comes_to_the_budget() -> None:
    steering, pair = ThresholdControl(budget_s=1.5), manifest()
    drive(steering, pair, frames=300)
    share = drive(steering, pair, frames=600)
    assert 1.0 + 2.0 * share == pytest.approx(1.5, abs=0.1)


def test_no_more_goes_up_than_may_whatever_the_budget_allows() -> None:
    steering, pair = ThresholdControl(budget_s=9.0, most_hard=0.3), manifest()
    drive(steering, pair, frames=300)
    assert drive(steering, pair, frames=600) == pytest.approx(0.3, abs=0.06)


def test_another_h_of_another_scale_goes_on_with_the_same_share_at_once() -> None:
    steering = ThresholdControl(budget_s=1.5)
    drive(steering, manifest(), frames=600)
    after = manifest(version=2, quantiles=[value / 200 for value in range(21)])
    policy = Policy("laecips", manifest=after)
    decision = Decision(trust=0.05, delta=policy.delta, hard=True, audit=False)
    allowance = steering.looked(decision, policy=policy, manifest=after, cloud_is_there=True)
    assert allowance.delta == pytest.approx(0.25 / 10, abs=0.03)
    assert drive(steering, after, frames=300, scale=0.1) == pytest.approx(0.25, abs=0.1)


def test_recent_frames_count_on_where_the_manifest_compares_its_trust_with_the_parents() -> None:
    """The frames of a training are hard ones: their quantiles say little about a drive's."""
    steering, pair = ThresholdControl(upload_share=0.3), manifest()
    drive(steering, pair, frames=600)
    child = replace(
        manifest(version=2, quantiles=[0.02, 0.04]), parent=1, parent_quantiles=(0.2, 0.4)
    )
    policy = Policy("laecips", manifest=child)
    decision = Decision(trust=0.05, delta=policy.delta, hard=False, audit=False)
    before = steering.looked(decision, policy=policy, manifest=child, cloud_is_there=True)
    assert 0.015 < before.delta < 0.045, "a tenth of what 30 % of the parent's frames lay below"
    back = Policy("laecips", manifest=pair)
    after = steering.looked(
        Decision(trust=0.5, delta=0.5, hard=False, audit=False),
        policy=back,
        manifest=pair,
        cloud_is_there=True,
    )
    assert 0.15 < after.delta < 0.45, "a rollback turns it back"
    other = replace(child, name="other")
    allowance = steering.looked(decision, policy=policy, manifest=other, cloud_is_there=True)
    assert allowance.delta <= 0.04, "of another line nothing is known but its quantiles"


@pytest.mark.parametrize(
    ("latency", "uploads", "share"), [(1.5, 0.6, 0.25), (2.8, 0.3, 0.3), (None, 0.3, 0.3)]
)
def test_of_two_budgets_the_stricter_one_wins(
    latency: float | None, uploads: float, share: float
) -> None:
    steering, pair = ThresholdControl(budget_s=latency, upload_share=uploads), manifest()
    drive(steering, pair, frames=300)
    assert drive(steering, pair, frames=600) == pytest.approx(share, abs=0.06)


def test_a_spent_upload_budget_allows_no_audit() -> None:
    steering, pair = ThresholdControl(upload_share=0.1), manifest()
    policy = Policy("laecips", manifest=pair)
    audit = Decision(trust=0.9, delta=policy.delta, hard=False, audit=True)
    assert not steering.looked(audit, policy=policy, manifest=pair, cloud_is_there=True).upload
    assert steering.state is None, "there is no latency budget"


@pytest.mark.parametrize("trust", [0.0, float("nan")])
def test_an_upload_budget_holds_however_little_frames_are_trusted(trust: float) -> None:
    steering, pair = ThresholdControl(upload_share=0.1), manifest()
    policy, uploads = Policy("laecips", manifest=pair), 0
    for stamp in range(1000):
        decision = policy.decide(np.zeros((2, 3, 4), np.float32), h=lambda _: trust, stamp_ns=stamp)
        uploads += decision.upload
        allowance = steering.looked(decision, policy=policy, manifest=pair, cloud_is_there=True)
        policy = policy.held_to(allowance.delta, uploads=allowance.upload)
    assert 95 <= uploads <= 101


def test_while_the_cloud_is_away_nothing_moves() -> None:
    steering, pair = ThresholdControl(budget_s=1.5), manifest()
    drive(steering, pair, frames=300, cloud=False)
    assert steering.state is not None
    assert steering.state.delta == 0.5


def test_before_the_first_frame_there_is_nothing_to_say() -> None:
    steering = ThresholdControl(budget_s=1.5)
    steering.answered(1.0, hard=False)
    assert steering.state is None


@pytest.mark.parametrize("share", [-0.5, 1.5])
def test_settings_that_cannot_be_are_refused(share: float) -> None:
    with pytest.raises(ValueError, match="hard_shares"):
        ThresholdControl(budget_s=1.0, most_hard=share)


@pytest.mark.parametrize(
    ("policy", "possible"), [("laecips", True), ("spp", True), ("edge", False), ("cloud", False)]
)
def test_what_has_a_threshold_can_be_steered(policy: str, possible: bool) -> None:
    assert can_be_steered(policy) is possible
