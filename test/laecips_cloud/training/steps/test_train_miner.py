import numpy as np
import pytest
import torch
from laecips_cloud.networks import MinerNetwork
from laecips_cloud.training.first.ranking import auroc
from laecips_cloud.training.steps.held_out_rows import HeldOutRow
from laecips_cloud.training.steps.train_miner import (
    MinerRecipe,
    choose_hard_rule,
    train_miner,
    trust,
)

pytestmark = pytest.mark.slow


def row(iou: float, assisted_iou: float, logits: np.ndarray | None = None) -> HeldOutRow:
    logits = np.zeros((3, 8, 8)) if logits is None else logits
    return HeldOutRow(
        drifted=False,
        logits=logits.astype(np.float16),
        truth=np.zeros(logits.shape[1:], np.uint8),
        iou=iou,
        assisted_iou=assisted_iou,
    )


# 20 rows; f's IoU falls from 0.6 to 0.41.
IOUS = [0.6 - 0.01 * i for i in range(20)]


@pytest.mark.parametrize(
    ("gains", "cloud", "gain", "share"),
    [
        ([0.12] * 5 + [0.0] * 15, "assisted", 0.1, 0.25),
        ([0.12] * 12 + [0.0] * 8, "assisted", 0.1, 0.60),
        ([0.12] * 13 + [0.3] * 7, "perfect", 0.53, 0.35),  # nearly all reach 0.1
        ([0.2] * 2 + [0.05] * 18, "perfect", 0.53, 0.35),  # too few do
        ([0.01] * 10 + [-0.01] * 10, "perfect", 0.53, 0.35),
    ],
)
def test_what_counts_as_hard(gains: list[float], cloud: str, gain: float, share: float) -> None:
    rows = [row(iou, iou + g) for iou, g in zip(IOUS, gains, strict=True)]
    rule = choose_hard_rule(rows)
    assert rule.cloud == cloud
    assert rule.gain == pytest.approx(gain)
    assert rule.share == pytest.approx(share)
    assert (rule.easiness(rows) <= 0.5 + 1e-6).mean() == pytest.approx(share)


def test_a_perfect_cloud_makes_the_worst_frames_hard() -> None:
    rows = [row(iou, iou) for iou in IOUS]
    easiness = choose_hard_rule(rows).easiness(rows)
    assert (easiness <= 0.5 + 1e-6).tolist() == [False] * 13 + [True] * 7


def test_easiness_falls_as_the_gain_rises_and_is_a_half_at_the_rule() -> None:
    rows = [row(0.6 - 0.01 * i, 0.6 + 0.02 * i) for i in range(20)]  # F gains 0 to 0.57
    rule = choose_hard_rule(rows)
    assert rule.cloud == "perfect"
    easiness = rule.easiness(rows)
    assert (np.diff(easiness) < 0).all()
    assert 0.0 <= easiness.min() < 0.5 < easiness.max() <= 1.0
    assert (easiness <= 0.5 + 1e-6).mean() == pytest.approx(rule.share)


def test_of_two_rows_with_one_gain_the_worse_is_less_easy() -> None:
    rows = [row(0.8, 0.85), row(0.5, 0.55), *(row(0.7, 0.9) for _ in range(1))] * 4
    rule = choose_hard_rule(rows)
    assert rule.cloud == "assisted"
    first, second, gaining = rule.easiness(rows)[:3]
    assert first > second
    assert first > gaining


def test_no_rows_is_an_error() -> None:
    with pytest.raises(ValueError, match="no rows to tell hard from easy"):
        choose_hard_rule([])


def unsure_rows(count: int, seed: int) -> tuple[list[HeldOutRow], np.ndarray]:
    """Hard rows have flat logits in one corner."""
    random = np.random.default_rng(seed)
    hard = np.arange(count) % 3 == 0
    rows = []
    for is_hard in hard:
        logits = random.normal(0, 0.5, (3, 16, 16))
        logits[random.integers(3)] += 6
        if is_hard:
            logits[:, 8:, 8:] = random.normal(0, 0.5, (3, 8, 8))
        rows.append(row(0.5, 0.5, logits))
    return rows, hard


def easy(hard: np.ndarray) -> np.ndarray:
    return (~hard).astype(np.float32)


def test_h_learns_to_tell_hard_from_easy_on_rows_it_has_not_seen() -> None:
    rows, hard = unsure_rows(48, seed=0)
    torch.manual_seed(0)
    miner = MinerNetwork(classes=3, width=0.125)
    train_miner(miner, rows, easy(hard), recipe=MinerRecipe(steps=60))
    assert not miner.training
    unseen, unseen_hard = unsure_rows(30, seed=1)
    trusts = trust(miner, unseen)
    assert auroc(trusts, unseen_hard) > 0.95
    assert trusts.min() > 0.0
    assert trusts.max() <= 1.0


def test_a_seed_trains_the_same_h() -> None:
    rows, hard = unsure_rows(12, seed=0)

    def train() -> np.ndarray:
        torch.manual_seed(0)
        miner = MinerNetwork(classes=3, width=0.125)
        train_miner(miner, rows, easy(hard), recipe=MinerRecipe(steps=5, seed=3))
        return trust(miner, rows)

    np.testing.assert_array_equal(train(), train())


def test_a_training_that_teaches_nothing_leaves_the_order_of_the_expected_iou() -> None:
    random = np.random.default_rng(0)
    rows = [
        row(0.5, 0.5, random.normal(0, 0.2 + 3 * i / 60, (3, 16, 16)))
        for i in random.permutation(60)
    ]
    torch.manual_seed(0)
    miner = MinerNetwork(classes=3, width=0.125)
    expected = np.argsort(trust(miner.eval(), rows), kind="stable")
    easiness = np.asarray(expected.argsort() / len(rows), np.float32)
    easiness[: -len(rows) // 5] = random.permutation(easiness[: -len(rows) // 5])  # what it sees
    train_miner(miner, rows, easiness, recipe=MinerRecipe(steps=20, learning_rate=0.03))
    assert np.argsort(trust(miner, rows), kind="stable").tolist() == expected.tolist()
