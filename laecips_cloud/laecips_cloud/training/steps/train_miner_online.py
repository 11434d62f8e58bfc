"""Training of h while robots work: equation 14, on rows that f has not learnt from."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from laecips_cloud.networks import MinerNetwork
from laecips_cloud.training.steps.losses import best_trust, frame_loss, miner_loss
from laecips_cloud.training.steps.schedule import Schedule, one_cycle, set_learning_rate
from laecips_cloud.training.steps.train_miner import MinerRecipe

_ENDS = (0.05, 0.95)
"""Where the median of h may lie: beyond them a sigmoid has hardly a gradient to come back by."""

_WIDEST = 2.0
"""Standard deviation of h before its sigmoid, at most. Those of h* are about as wide; from 16 above
the median on, float32 knows h as 1, and from version to version h would grow wider."""

_LEAST_BETA = 1e-3
"""Of rows that f answers perfectly; equation 14 needs one above 0."""


class JudgedRow(NamedTuple):
    """One frame as f sees it now, and how far that is from what is held to be right.

    Attributes:
        logits: float16 [M, h, w], f's at stride.
        loss: l(f, F), see `frame_loss`.
        weight: how much the frame counts.
    """

    logits: NDArray[np.float16]
    loss: float
    weight: float = 1.0


def judged(
    logits: NDArray[np.float32], label: NDArray[np.uint8], *, weights: Tensor, weight: float = 1.0
) -> JudgedRow:
    """A row of one frame.

    Args:
        logits: float32 [M, h, w], f's at stride.
        label: uint8 [h, w] at stride, 255 where there is no class.
        weights: float32 [M], of the classes.
        weight: how much the frame counts.
    """
    loss = frame_loss(torch.from_numpy(logits)[None], torch.from_numpy(label).long()[None], weights)
    return JudgedRow(logits.astype(np.float16), float(loss), weight)


def train_miner_online(
    miner: MinerNetwork, rows: Sequence[JudgedRow], *, beta: float, recipe: MinerRecipe
) -> None:
    """Trains h in place on h * l - beta * log h, and leaves it in evaluation mode.

    Args:
        miner: h, as it was.
        rows: at least one; drawn by their weights.
        beta: of equation 14, above 0.
        recipe: see `MinerRecipe`.

    Raises:
        ValueError: there is no row.
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
    # Its batch norms keep what they have measured: rows are few, and all of one stretch of time.
    miner.eval()
    best = best_trust(losses, beta=beta, least=_ENDS[0]).clamp(*_ENDS)
    _centre(miner, rows, median=float(torch.logit(best).median()))
    for done in Schedule(steps=recipe.steps, seconds=recipe.seconds):
        set_learning_rate(optimiser, recipe.learning_rate * one_cycle(done))
        drawn = random.choice(len(rows), recipe.batch, p=drawn_by)
        logits = torch.stack([_mirrored(rows[i], int(random.integers(2))) for i in drawn])
        loss = miner_loss(miner(logits), losses[drawn], beta=beta)
        optimiser.zero_grad(set_to_none=True)
        loss.backward()
        optimiser.step()
    least, most = torch.logit(torch.tensor(_ENDS)).tolist()
    own = float(_scores(miner, rows).median())
    if not least <= own <= most:
        _centre(miner, rows, median=min(most, max(least, own)))


def _centre(miner: MinerNetwork, rows: Sequence[JudgedRow], *, median: float) -> None:
    """Moves the scores of h to a median, and draws them together if they are too wide.

    A sigmoid that sits at its end, because f was good where h has learnt before, or because a step
    was too long, has no gradient to come back by, and tells no frame from another. Ranks stay.
    """
    scores = _scores(miner, rows)
    shrink = min(1.0, _WIDEST / max(float(scores.std(correction=0)), 1e-6))
    with torch.no_grad():
        miner.fc.weight.mul_(shrink)
        miner.fc.bias.mul_(shrink).add_(median - shrink * float(scores.median()))


def _scores(miner: MinerNetwork, rows: Sequence[JudgedRow]) -> Tensor:
    with torch.no_grad():
        return torch.cat([miner.score(_mirrored(row, 0)[None]) for row in rows])


def telling_beta(rows: Sequence[JudgedRow], *, most: float) -> float:
    """The beta of equation 14 at which h still tells frames apart.

    Where l is below beta on nearly all frames, h* = min(1, beta / l) is 1 on all of them, and the
    ranks that a latency budget goes by are lost. A tenth of the frames, by their weights, may be
    trusted entirely.

    Args:
        rows: at least one.
        most: the bundle's own beta, which stays the measure of what is hard (`hard_share`).
    """
    losses = np.repeat([row.loss for row in rows], [round(row.weight) for row in rows])
    least = float(np.quantile(losses, 0.1))
    return min(most, max(least, _LEAST_BETA))


def hard_share(rows: Sequence[JudgedRow], *, beta: float) -> float:
    """Share of the frames, by their weights, that h should not trust: h* = beta / l below 1/2."""
    weights = np.array([row.weight for row in rows])
    hard = np.array([row.loss > 2 * beta for row in rows])
    return float((weights * hard).sum() / weights.sum())


def _mirrored(row: JudgedRow, flip: int) -> Tensor:
    logits = torch.from_numpy(row.logits).float()
    return logits.flip(-1) if flip else logits
