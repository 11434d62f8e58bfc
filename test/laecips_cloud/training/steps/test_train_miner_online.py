"""That h is honest: it finds h* = min(1, beta / l), and is not flattered by what f has fitted."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import pytest
import torch
from laecips_cloud.networks import MinerNetwork
from laecips_cloud.training.data.time_blocks import split_by_time
from laecips_cloud.training.steps.train_miner import MinerRecipe
from laecips_cloud.training.steps.train_miner_online import (
    JudgedRow,
    hard_share,
    judged,
    telling_beta,
    train_miner_online,
)

pytestmark = pytest.mark.slow

CLASSES, SIZE = 4, (8, 8)


@pytest.fixture(autouse=True)
def one_thread() -> None:
    torch.set_num_threads(1)


def tiny_miner() -> MinerNetwork:
    torch.manual_seed(0)
    miner = MinerNetwork(classes=CLASSES, width=0.125)
    miner.fc.reset_parameters()  # as a trained one, whose convolutions count
    return miner


def row(look: int, loss: float, weight: float = 1.0) -> JudgedRow:
    """A frame that is told from others by its look alone, which is f's answer everywhere."""
    logits = np.zeros((CLASSES, *SIZE), np.float16)
    logits[look] = 3
    return JudgedRow(logits, loss, weight)


def trained(rows: Sequence[JudgedRow], *, beta: float, steps: int = 120) -> MinerNetwork:
    miner = tiny_miner()
    recipe = MinerRecipe(steps=steps, batch=8, weight_decay=0.0)
    train_miner_online(miner, rows, beta=beta, recipe=recipe)
    return miner


def trust(miner: MinerNetwork, rows: Sequence[JudgedRow]) -> list[float]:
    with torch.inference_mode():
        return [float(miner(torch.from_numpy(r.logits).float()[None])[0]) for r in rows]


@pytest.mark.parametrize(
    ("beta", "best"),
    [
        (0.1, [1.0, 0.5, 0.2, 0.05]),
        (0.2, [1.0, 1.0, 0.4, 0.1]),
    ],
)
def test_h_finds_its_optimum(beta: float, best: list[float]) -> None:
    losses = [0.05, 0.2, 0.5, 2.0]
    assert best == pytest.approx([min(1.0, beta / loss) for loss in losses])
    rows = [row(look, loss) for look, loss in enumerate(losses)]
    found = trust(trained(rows, beta=beta), rows)
    assert found == pytest.approx(best, rel=0.05)


@pytest.mark.parametrize(("light", "heavy", "mean"), [(3, 1, 0.3), (20, 60, 0.7)])
def test_of_frames_that_look_alike_h_learns_the_mean_loss_by_weight(
    light: float, heavy: float, mean: float
) -> None:
    rows = [row(0, 0.1, light), row(0, 0.9, heavy)]
    assert trust(trained(rows, beta=0.15, steps=100), rows)[0] == pytest.approx(
        0.15 / mean, rel=0.2
    )


class Seen(NamedTuple):
    """One frame of a drift, with what f will say of it unless it has learnt it by heart."""

    new: bool
    guess: int
    truth: int


def drift(count: int, *, seed: int) -> list[Seen]:
    """Every other frame is of a new look, of which f can but guess; of the old ones it is right.

    Old frames are of class 0 or 1 and new ones of 2 or 3: h can tell the looks by f's answer.
    """
    random = np.random.default_rng(seed)
    frames = []
    for number in range(count):
        new = number % 2 == 1
        truth, guess = 2 * new + random.integers(2), 2 * new + random.integers(2)
        frames.append(Seen(new, int(guess if new else truth), int(truth)))
    return frames


def judged_by_f(frames: Sequence[Seen], *, learnt: bool) -> list[JudgedRow]:
    """f's answers: by heart where it has learnt, as sure of itself where it guesses."""
    rows = []
    for frame in frames:
        logits = np.zeros((CLASSES, *SIZE), np.float32)
        logits[frame.truth if learnt else frame.guess] = 5
        label = np.full(SIZE, frame.truth, np.uint8)
        rows.append(judged(logits, label))
    return rows


def trust_by_look(miner: MinerNetwork, frames: Sequence[Seen]) -> tuple[float, float]:
    """Mean trust in f's answers to frames that nobody learnt from: of the old look, of the new."""
    values = np.array(trust(miner, judged_by_f(frames, learnt=False)))
    new = np.array([frame.new for frame in frames])
    return float(values[~new].mean()), float(values[new].mean())


def test_without_the_split_h_trusts_too_much_and_with_it_it_does_not() -> None:
    frames, later = drift(80, seed=0), drift(40, seed=1)
    learnt, held_out = split_by_time(frames)
    fitted, unseen = judged_by_f(learnt, learnt=True), judged_by_f(held_out, learnt=False)
    # f fits what it learns, of either look, and is no better for it on the next frame.
    assert max(r.loss for r in fitted) < 0.05
    assert np.mean([r.loss for r, f in zip(unseen, held_out, strict=True) if f.new]) > 0.25

    without_split = trust_by_look(trained(fitted, beta=0.08), later)
    with_split = trust_by_look(trained(unseen, beta=0.08), later)
    assert min(without_split) > 0.75
    assert with_split[0] > 0.9
    assert with_split[1] < 0.3


def test_a_saturated_h_tells_frames_apart_again_and_in_the_same_order() -> None:
    random = np.random.default_rng(0)
    rows = [
        JudgedRow(random.normal(0, 1 + i / 4, (CLASSES, *SIZE)).astype(np.float16), 0.1 + i / 10)
        for i in range(8)
    ]
    torch.manual_seed(0)
    miner = MinerNetwork(classes=CLASSES, width=0.125).eval()
    with torch.no_grad():
        before = [float(miner.score(torch.from_numpy(r.logits).float()[None])[0]) for r in rows]
        widest = 100 / float(np.std(before))
        miner.rescale(widest, 200.0)
    assert len(set(trust(miner, rows))) < len(rows)
    recipe = MinerRecipe(steps=1, batch=2, learning_rate=1e-9)
    train_miner_online(miner, rows, beta=0.2, recipe=recipe)
    after = trust(miner, rows)
    assert max(after) < 0.9999
    assert np.argsort(after).tolist() == np.argsort(before).tolist()


def test_steps_that_are_too_long_leave_an_h_that_tells_frames_apart() -> None:
    rows = [row(look, loss) for look, loss in enumerate([0.3, 0.4, 0.5, 0.6])]
    miner = tiny_miner()
    train_miner_online(
        miner, rows, beta=0.4, recipe=MinerRecipe(steps=20, batch=2, learning_rate=0.3)
    )
    values = trust(miner, rows)
    assert 0.02 < np.median(values) < 0.98
    assert len(set(values)) == len(rows)


def test_batch_norms_keep_what_they_have_measured() -> None:
    before = tiny_miner().state_dict()
    miner = trained([row(0, 0.5), row(1, 0.1)], beta=0.1, steps=2)
    assert not miner.training
    after = miner.state_dict()
    for name in before:
        if "running" in name or "tracked" in name:
            assert torch.equal(before[name], after[name])
    assert not torch.equal(before["fc.weight"], after["fc.weight"])


def test_a_seed_trains_the_same_h() -> None:
    rows = [row(look, loss) for look, loss in enumerate([0.05, 0.2, 0.5, 2.0])]
    one, two = (trained(rows, beta=0.1, steps=4).state_dict() for _ in range(2))
    assert all(torch.equal(one[name], two[name]) for name in one)


def test_no_rows_is_an_error() -> None:
    with pytest.raises(ValueError, match="no rows to train h on: no lesson was held out"):
        train_miner_online(tiny_miner(), [], beta=0.1, recipe=MinerRecipe(steps=1))


def test_a_row_is_judged_by_the_loss_of_its_frame() -> None:
    logits = np.zeros((CLASSES, *SIZE), np.float32)
    logits[1] = 4
    right, wrong, unknown = (
        judged(logits, np.full(SIZE, label, np.uint8), weight=20.0) for label in (1, 2, 255)
    )
    assert (right.loss, wrong.loss, unknown.loss) == (0.0, 1.0, 0.0)
    assert right.weight == 20.0
    assert right.logits.dtype == np.float16
    np.testing.assert_array_equal(right.logits, logits)


@pytest.mark.parametrize(
    ("losses", "weights", "share"),
    [
        ([0.1, 0.3], [1, 1], 0.5),
        ([0.2, 0.2], [1, 1], 0.0),  # h* is 1/2, which is not below it
        ([0.1, 0.3], [3, 1], 0.25),
        ([0.1, 0.3], [1, 3], 0.75),
        ([0.1, 0.3, 0.3], [20, 1, 1], 2 / 22),
        ([0.9], [7], 1.0),
        ([0.0], [1], 0.0),
    ],
)
def test_share_of_frames_that_h_should_not_trust(
    losses: list[float], weights: list[float], share: float
) -> None:
    rows = [row(0, loss, weight) for loss, weight in zip(losses, weights, strict=True)]
    assert hard_share(rows, beta=0.1) == pytest.approx(share)


@pytest.mark.parametrize(
    ("losses", "most", "beta"),
    [
        ([0.2, 0.4, 0.6, 0.8, 1.0], 0.85, 0.28),  # all below beta: h would be 1 on all of them
        ([2.0, 3.0, 4.0], 0.85, 0.85),
        ([0.0, 0.0, 0.0], 0.85, 1e-3),
    ],
)
def test_beta_is_low_enough_to_tell_frames_apart(
    losses: list[float], most: float, beta: float
) -> None:
    rows = [JudgedRow(np.zeros((2, 4, 4), np.float16), loss) for loss in losses]
    assert telling_beta(rows, most=most) == pytest.approx(beta)
