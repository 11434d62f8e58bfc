from dataclasses import dataclass, field

import numpy as np
import pytest
from laecips_edge.core.routing.policy import Decision, Policy

LOGITS = np.log(np.array([0.8, 0.2], np.float32))[:, None, None]
STAMPS = range(0, 400_000_000_000, 100_000_000)  # 4,000 frames at 10 Hz


@dataclass(frozen=True)
class StubManifest:
    thresholds: dict[str, float] = field(
        default_factory=lambda: {"laecips": 0.4, "spp": 0.9, "random": 0.35}
    )


def decide(name: str, trust: float = 0.5, stamp_ns: int = 0, **options: float) -> Decision:
    policy = Policy(name, manifest=StubManifest(), **options)  # type: ignore[arg-type]
    return policy.decide(LOGITS, h=lambda _: trust, stamp_ns=stamp_ns)


@pytest.mark.parametrize(
    ("name", "delta", "trust", "hard"),
    [
        ("laecips", None, 0.41, False),
        ("laecips", None, 0.40, True),  # not above delta: hard (eq. 2, not eq. 22)
        ("laecips", 0.7, 0.6, True),
        ("laecips", 0.0, 0.01, False),
        ("laecips", 1.0, 1.0, True),
        ("laecips", None, float("nan"), True),
        ("spp", None, 1.0, True),  # 0.8 against the manifest's 0.9
        ("spp", 0.7, 0.0, False),
        ("edge", None, 0.0, False),
        ("edge", 1.0, 0.0, False),
        ("cloud", None, 1.0, True),
        ("cloud", 0.0, 1.0, True),
    ],
)
def test_easy_iff_trust_is_above_delta(
    name: str, delta: float | None, trust: float, hard: bool
) -> None:
    decision = decide(name, trust, delta=delta, audit_rate=0.0)  # type: ignore[arg-type]
    assert decision.hard is hard
    assert decision.upload is hard
    assert not decision.audit


def test_edge_never_uploads_and_cloud_always_does() -> None:
    edge = Policy("edge", manifest=StubManifest(), audit_rate=1.0)
    cloud = Policy("cloud", manifest=StubManifest(), audit_rate=0.0)
    for stamp_ns in STAMPS[:200]:
        assert not edge.decide(LOGITS, h=lambda _: 0.0, stamp_ns=stamp_ns).upload
        assert cloud.decide(LOGITS, h=lambda _: 1.0, stamp_ns=stamp_ns).upload


@pytest.mark.parametrize("rate", [0.0, 0.05, 0.3, 1.0])
def test_share_of_audited_easy_frames(rate: float) -> None:
    policy = Policy("laecips", manifest=StubManifest(), audit_rate=rate)
    audits = [policy.decide(LOGITS, h=lambda _: 0.9, stamp_ns=s).audit for s in STAMPS]
    spread = 4 * (rate * (1 - rate) / len(STAMPS)) ** 0.5
    assert abs(np.mean(audits) - rate) <= spread


def test_hard_frames_are_never_audits() -> None:
    policy = Policy("laecips", manifest=StubManifest(), audit_rate=1.0)
    decision = policy.decide(LOGITS, h=lambda _: 0.1, stamp_ns=0)
    assert (decision.hard, decision.audit, decision.upload) == (True, False, True)


def test_random_uploads_the_share_of_its_threshold() -> None:
    policy = Policy("random", manifest=StubManifest(), audit_rate=0.0)
    hard = [policy.decide(LOGITS, h=lambda _: 0.0, stamp_ns=s).hard for s in STAMPS]
    assert np.mean(hard) == pytest.approx(0.35, abs=0.03)


@pytest.mark.parametrize("name", ["laecips", "random"])
def test_dropping_frames_changes_no_decision(name: str) -> None:
    def run(stamps: range) -> dict[int, Decision]:
        policy = Policy(name, manifest=StubManifest(), audit_rate=0.3, seed=11)
        return {s: policy.decide(LOGITS, h=lambda _: 0.9, stamp_ns=s) for s in stamps}

    everything, every_third = run(STAMPS[:300]), run(STAMPS[:300:3])
    assert every_third == {stamp: everything[stamp] for stamp in every_third}


def test_held_to_another_threshold_it_is_the_same_but_for_that() -> None:
    policy = Policy("laecips", manifest=StubManifest(), audit_rate=0.5, seed=3)
    delta, other = policy.delta, policy.held_to(0.95)
    assert (policy.delta, other.delta) == (delta, 0.95)
    assert (other.name, other.audit_rate) == (policy.name, policy.audit_rate)
    assert other.decide(LOGITS, h=lambda _: 0.9, stamp_ns=0).hard
    easy = policy.held_to(0.0)
    for stamp in STAMPS[:50]:
        before = policy.decide(LOGITS, h=lambda _: 0.9, stamp_ns=stamp)
        after = easy.decide(LOGITS, h=lambda _: 0.9, stamp_ns=stamp)
        assert (before.hard, before.audit) == (after.hard, after.audit)
    with pytest.raises(ValueError, match=r"delta is 1\.5, which is outside 0..1"):
        policy.held_to(1.5)


def test_without_uploads_no_frame_goes_up() -> None:
    policy = Policy("laecips", manifest=StubManifest(), audit_rate=1.0)
    calm = policy.held_to(0.0, uploads=False)
    for trust in (0.1, 0.0, float("nan")):
        assert not calm.decide(LOGITS, h=lambda _, trust=trust: trust, stamp_ns=1).upload
    assert calm.held_to(0.0).decide(LOGITS, h=lambda _: 0.1, stamp_ns=1).audit
    assert calm.held_to(0.0).decide(LOGITS, h=lambda _: 0.0, stamp_ns=1).hard


def test_a_bundle_from_before_a_miner_takes_a_delta_for_it() -> None:
    assert Policy("eiou", delta=0.7, manifest=StubManifest()).delta == 0.7


def test_a_bundle_without_a_predictor_head_is_refused_whatever_delta() -> None:
    with pytest.raises(ValueError, match="policy 'appealnet': the bundle's f has no predictor"):
        Policy("appealnet", delta=0.7, manifest=StubManifest())


def test_appealnet_decides_by_q() -> None:
    policy = Policy("appealnet", manifest=StubManifest({"appealnet": 0.6}), audit_rate=0.0)
    for q, hard in ((0.61, False), (0.6, True)):
        decision = policy.decide(LOGITS, h=lambda _: 0.0, stamp_ns=0, q=q)
        assert decision == Decision(trust=q, delta=0.6, hard=hard, audit=False)


def test_seeds_draw_other_audits() -> None:
    audits = [
        [
            Policy("laecips", manifest=StubManifest(), audit_rate=0.5, seed=seed)
            .decide(LOGITS, h=lambda _: 0.9, stamp_ns=stamp)
            .audit
            for stamp in STAMPS[:100]
        ]
        for seed in (0, 1)
    ]
    assert audits[0] != audits[1]


@pytest.mark.parametrize(
    ("name", "options", "message"),
    [
        ("laecips", {"delta": 1.2}, "delta is 1.2, which is outside 0..1"),
        ("laecips", {"delta": float("nan")}, "delta is nan, which is outside"),
        ("laecips", {"audit_rate": -0.1}, "audit_rate is -0.1, which is outside 0..1"),
        ("mess", {}, "policy 'mess': the bundle's manifest has no threshold for it"),
        (
            "eiou",
            {},
            r"no threshold for it \(it has: laecips, random, spp\); give delta, or train",
        ),
        ("best", {}, "no miner named 'best'"),
    ],
)
def test_wrong_settings_are_named(name: str, options: dict[str, float], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        Policy(name, manifest=StubManifest(), **options)  # type: ignore[arg-type]
