"""First training of h, the miner, to rank frames by how much better the cloud is than the robot.

A frame is hard iff IoU(F(x)) - IoU(f(x)) >= hard_gain, on frames that f was not trained on. The
paper sets hard_gain to 0.1. If almost no frames or almost all frames reach it, h would learn a
constant; then hard_gain is the gain that a fixed share of the frames reaches.

In that case the gain is not F's but a perfect cloud's, 1 - IoU(f(x)). An F that takes its scores
from f only corrects contours, and does so best where f has the classes right. A miner trained on a
quantile of F's gains ranked the frames that f labels worst below chance (AUROC 0.44 on the
inspection scene), so that the frames that need the cloud most would not be uploaded.

h learns how far a row's gain is from the rule's, as the probability that it is easy, and not only
on which side it is. The gain of one frame is noisy: whether F finds a rare part that f has missed
is close to chance. Where the cloud is F, its gain and a perfect cloud's are therefore added.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import torch
import torch.nn.functional as F
from numpy.random import Generator
from numpy.typing import NDArray
from torch import Tensor

from laecips_cloud.networks import MinerNetwork
from laecips_cloud.training.steps.held_out_rows import HeldOutRow
from laecips_cloud.training.steps.schedule import Schedule, one_cycle

PAPER_HARD_GAIN: Final = 0.1
HARD_SHARE_RANGE: Final = (0.15, 0.60)
FALLBACK_HARD_SHARE: Final = 0.35
_SOFTNESS: Final = 0.05
"""Distance of gains, in IoU, over which the probability that h learns falls from 1/2 to 0.27."""

_KEPT_BACK: Final = 0.2
"""Share of the rows, at their end, by which the best weights of a training are chosen."""

_FEW: Final = 40
"""Rows of which none are kept back: they would choose by chance."""

_FASTER: Final = 10.0
"""How much faster the weights of the doubt's numbers learn than the convolutions."""

_CHUNK: Final = 64


@dataclass(frozen=True, kw_only=True)
class HardRule:
    """The rule that calls a row hard.

    Attributes:
        gain: a row is hard iff the cloud's IoU exceeds f's by at least this, in [-1, 1].
        share: share of hard rows, in (0, 1].
        cloud: the cloud's IoU: "assisted": F's, "perfect": 1.
    """

    gain: float
    share: float
    cloud: str

    def easiness(self, rows: Sequence[HeldOutRow]) -> NDArray[np.float32]:
        """Return what h learns: the probability that each row is easy, float32 [N] in [0, 1].

        It is 1/2 at the gain that `share` of the rows reach, and falls as the gain rises.
        """
        gains = self.gains(rows)
        middle = np.quantile(gains, 1.0 - self.share)
        return np.asarray(1.0 / (1.0 + np.exp((gains - middle) / _SOFTNESS)), np.float32)

    def gains(self, rows: Sequence[HeldOutRow]) -> NDArray[np.float64]:
        """Return the gain of each row from which its easiness follows, float64 [N] in [-1, 1]."""
        return (_gains(rows, self.cloud) + _gains(rows, "perfect")) / 2


def choose_hard_rule(rows: Sequence[HeldOutRow]) -> HardRule:
    """Choose the rule for hard rows.

    Args:
        rows: at least one row of frames that f was not trained on.

    Returns:
        F's gain with the paper's 0.1 if 15 to 60 % of the rows reach it; else a perfect cloud's
        gain, with the value that 35 % of the rows reach.

    Raises:
        ValueError: there are no rows.
    """
    if not rows:
        raise ValueError("no rows to tell hard from easy by: no frame was held out of f's training")
    gains = _gains(rows, "assisted")
    share = float(np.mean(gains >= PAPER_HARD_GAIN))
    if HARD_SHARE_RANGE[0] <= share <= HARD_SHARE_RANGE[1]:
        return HardRule(gain=PAPER_HARD_GAIN, share=share, cloud="assisted")
    hard = max(1, round(FALLBACK_HARD_SHARE * len(rows)))
    gains = _gains(rows, "perfect")
    gain = float(np.sort(gains)[-hard])
    return HardRule(gain=gain, share=float(np.mean(gains >= gain)), cloud="perfect")


def _gains(rows: Sequence[HeldOutRow], cloud: str) -> NDArray[np.float64]:
    perfect = cloud == "perfect"
    return np.array([(1.0 if perfect else row.assisted_iou) - row.iou for row in rows])


@dataclass(frozen=True, kw_only=True)
class MinerRecipe:
    """The settings of h's training.

    Attributes:
        steps: number of steps.
        seconds: time limit.
        batch: rows in a step.
        learning_rate: peak of the one-cycle schedule (AdamW).
        weight_decay: decoupled, on all weights, because rows are few.
        moved: share of the weights that a training while robots work may move, in (0, 1], see
            `MovedWeights`.
        seed: seed of order and augmentation.
    """

    steps: int
    seconds: float = math.inf
    batch: int = 16
    learning_rate: float = 1e-3
    weight_decay: float = 0.05
    moved: float = 1.0
    seed: int = 0


def train_miner(
    miner: MinerNetwork,
    rows: Sequence[HeldOutRow],
    easiness: NDArray[np.float32],
    *,
    recipe: MinerRecipe,
    progress: Callable[[str], None] = lambda line: None,
) -> None:
    """Train h in place to predict how easy rows are, and leave it in evaluation mode.

    Args:
        miner: h.
        rows: rows of frames that f was not trained on; at least two.
        easiness: float32 [N] in [0, 1], see `HardRule.easiness`.
        recipe: see `MinerRecipe`.
        progress: called with a line for people about five times.
    """
    random = np.random.default_rng(recipe.seed)
    kept = max(1, round(_KEPT_BACK * len(rows))) if len(rows) > _FEW else 0
    seen, unseen = rows[: len(rows) - kept], rows[len(rows) - kept :]
    targets = torch.from_numpy(easiness)
    miner.measure(
        torch.stack([_logits(row) for row in rows[start : start + _CHUNK]])
        for start in range(0, len(rows) - 1, _CHUNK)
    )
    head = [miner.doubt.weight, miner.fc.bias]
    body = [it for it in miner.parameters() if all(it is not other for other in head)]
    optimiser = torch.optim.AdamW(
        [
            {"params": body, "weight_decay": recipe.weight_decay},
            {"params": head, "weight_decay": 0.0},
        ]
    )
    best = _Best(miner, unseen, easiness[len(seen) :])
    best.look()
    reported = -1
    for done in Schedule(steps=recipe.steps, seconds=recipe.seconds):
        miner.train()
        miner.norm.eval()
        rate = recipe.learning_rate * one_cycle(done)
        for group, factor in zip(optimiser.param_groups, (1.0, _FASTER), strict=True):
            group["lr"] = rate * factor
        drawn = random.integers(len(seen), size=recipe.batch)
        logits = torch.stack([_varied(seen[i], random) for i in drawn])
        loss = F.binary_cross_entropy_with_logits(miner.score(logits), targets[drawn])
        optimiser.zero_grad(set_to_none=True)
        loss.backward()
        optimiser.step()
        if int(done * 5) > reported:
            reported = int(done * 5)
            progress(f"h: {done:4.0%} of the training, loss {loss.item():.3f}")
            best.look()
    best.look()
    best.take()
    miner.eval()


class _Best:
    """Keeps the weights of h that rank rows best which its training does not see.

    Those that it begins with are among them: rows are few, and a training must not make h rank
    frames worse than the expected IoU does.
    """

    def __init__(
        self, miner: MinerNetwork, rows: Sequence[HeldOutRow], easiness: NDArray[np.float32]
    ) -> None:
        self._miner, self._rows, self._easiness = miner, rows, easiness
        self._rank, self._weights = -math.inf, dict[str, Tensor]()

    def look(self) -> None:
        """Rank the rows by the present weights, and keep these if they are the best so far."""
        self._miner.eval()
        rank = _agreement(trust(self._miner, self._rows), self._easiness) if self._rows else 0.0
        if not self._rows or rank > self._rank:
            self._rank = rank
            self._weights = {k: v.clone() for k, v in self._miner.state_dict().items()}

    def take(self) -> None:
        """Load the best weights."""
        self._miner.load_state_dict(self._weights)


def _agreement(trust: NDArray[np.float64], easiness: NDArray[np.float32]) -> float:
    """Return the rank correlation of h with what it learns, in [-1, 1]; 0 if either is constant."""
    ranks = [np.unique(values, return_inverse=True)[1] for values in (trust, easiness)]
    if any(rank.max(initial=0) == 0 for rank in ranks):
        return 0.0
    return float(np.corrcoef(ranks[0], ranks[1])[0, 1])


def trust(miner: MinerNetwork, rows: Sequence[HeldOutRow]) -> NDArray[np.float64]:
    """Return h of each row.

    Args:
        miner: h, in evaluation mode.
        rows: any rows.

    Returns:
        float64 [N] in [h_min, 1].
    """
    with torch.inference_mode():
        return np.array([float(miner(_logits(row)[None])[0]) for row in rows])


def _varied(row: HeldOutRow, random: Generator) -> Tensor:
    """Return a row's logits, mirrored at random and scaled at random by up to exp(0.1).

    h must not depend on left and right, nor on the scale of f's logits, which changes with each
    training of f.
    """
    logits = _logits(row) * math.exp(random.uniform(-0.1, 0.1))
    return logits.flip(-1) if random.integers(2) else logits


def _logits(row: HeldOutRow) -> Tensor:
    return torch.from_numpy(row.logits).float()
