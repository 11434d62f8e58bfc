"""Training of h while robots work: equation 14, on rows that f was not trained on."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import count
from typing import NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from laecips_cloud.networks import MinerNetwork
from laecips_cloud.training.steps.losses import best_trust, frame_loss, miner_loss
from laecips_cloud.training.steps.moved_weights import move_few
from laecips_cloud.training.steps.schedule import Schedule, one_cycle, set_learning_rate
from laecips_cloud.training.steps.train_miner import MinerRecipe

_ENDS = (0.05, 0.95)
"""Range of the median of h: outside it the sigmoid's gradient is too small to train h."""

_WIDEST = 2.0
"""Largest standard deviation of h's scores before the sigmoid, about that of h*. Without a bound it
grows from version to version, and from a score of 16 on h rounds to 1 in float32."""

_LEAST_BETA = 1e-3
"""Least beta, for rows on which f is perfect: equation 14 needs beta > 0."""


class JudgedRow(NamedTuple):
    """The logits of f on one frame, and their loss against the frame's labels.

    Attributes:
        logits: float16 [M, h, w], f's logits at stride.
        loss: l(f, F), see `frame_loss`.
        weight: weight of the frame.
    """

    logits: NDArray[np.float16]
    loss: float
    weight: float = 1.0


def judged(
    logits: NDArray[np.float32], label: NDArray[np.uint8], *, weight: float = 1.0
) -> JudgedRow:
    """Return the row of one frame.

    Args:
        logits: float32 [M, h, w], f's logits at stride.
        label: uint8 [h, w] at stride, 255 for no class.
        weight: weight of the frame.
    """
    answer = logits.argmax(axis=0).astype(np.uint8)
    loss = frame_loss(answer, label, classes=len(logits))
    return JudgedRow(logits.astype(np.float16), loss, weight)


def train_miner_online(
    miner: MinerNetwork, rows: Sequence[JudgedRow], *, beta: float, recipe: MinerRecipe
) -> None:
    """Train h in place on h * l - beta * log h, and leave it in evaluation mode.

    Args:
        miner: the parent's h.
        rows: at least one; drawn by their weights.
        beta: beta of equation 14, above 0.
        recipe: see `MinerRecipe`.

    Raises:
        ValueError: there are no rows.
    """
    if not rows:
        raise ValueError("no rows to train h on: no lesson was held out of f's training")
    random = np.random.default_rng(recipe.seed)
    drawn_by = np.array([row.weight for row in rows])
    drawn_by = drawn_by / drawn_by.sum()
    losses = torch.tensor([row.loss for row in rows], dtype=torch.float32)
    optimiser = torch.optim.AdamW(
        miner.parameters(), lr=recipe.learning_rate, weight_decay=recipe.weight_decay
    )
    # The batch norms keep their statistics: the rows are few, and from a short stretch of time.
    miner.eval()
    best = best_trust(losses, beta=beta, least=_ENDS[0]).clamp(*_ENDS)
    _centre(miner, rows, median=float(torch.logit(best).median()))

    def loss_of_a_batch() -> Tensor:
        drawn = random.choice(len(rows), recipe.batch, p=drawn_by)
        logits = torch.stack([_mirrored(rows[i], int(random.integers(2))) for i in drawn])
        return miner_loss(miner(logits), losses[drawn], beta=beta)

    if recipe.moved < 1.0:
        looks = (loss_of_a_batch() for _ in count())
        move_few(miner, optimiser, looks, share=recipe.moved)
    for done in Schedule(steps=recipe.steps, seconds=recipe.seconds):
        set_learning_rate(optimiser, recipe.learning_rate * one_cycle(done))
        loss = loss_of_a_batch()
        optimiser.zero_grad(set_to_none=True)
        loss.backward()
        optimiser.step()
    least, most = torch.logit(torch.tensor(_ENDS)).tolist()
    own = float(_scores(miner, rows).median())
    if not least <= own <= most:
        _centre(miner, rows, median=min(most, max(least, own)))


def _centre(miner: MinerNetwork, rows: Sequence[JudgedRow], *, median: float) -> None:
    """Shift the scores of h to a median, and scale them down if they are too widely spread.

    A saturated sigmoid has no gradient and gives all frames the same trust. h saturates if f became
    much better or worse since h's last training, or after too large a step. The order of the
    frames does not change.
    """
    scores = _scores(miner, rows)
    shrink = min(1.0, _WIDEST / max(float(scores.std(correction=0)), 1e-6))
    miner.rescale(shrink, median - shrink * float(scores.median()))


def _scores(miner: MinerNetwork, rows: Sequence[JudgedRow]) -> Tensor:
    with torch.no_grad():
        return torch.cat([miner.score(_mirrored(row, 0)[None]) for row in rows])


def telling_beta(rows: Sequence[JudgedRow], *, most: float) -> float:
    """Return a beta for equation 14 at which h still distinguishes frames.

    If l is below beta on almost all frames, h* = min(1, beta / l) is 1 on all of them, and the
    order of the frames, which a latency budget needs, is lost. Therefore h* is 1 on at most about
    a tenth of the frames, by their weights, as long as their loss is above 0.001.

    Args:
        rows: at least one.
        most: the bundle's own beta, the upper bound; `hard_share` always uses that one.
    """
    losses = np.repeat([row.loss for row in rows], [round(row.weight) for row in rows])
    least = float(np.quantile(losses, 0.1))
    return min(most, max(least, _LEAST_BETA))


def hard_share(rows: Sequence[JudgedRow], *, beta: float) -> float:
    """Return the share of hard frames, by their weights: those with h* = beta / l below 1/2."""
    weights = np.array([row.weight for row in rows])
    hard = np.array([row.loss > 2 * beta for row in rows])
    return float((weights * hard).sum() / weights.sum())


def _mirrored(row: JudgedRow, flip: int) -> Tensor:
    logits = torch.from_numpy(row.logits).float()
    return logits.flip(-1) if flip else logits
