"""What a bundle needs to decide and to say how sure it is, fitted on held-out rows.

Delta belongs to the pair (f, h) and is fitted anew after each training of h. The baselines get
the threshold at which they upload the same share, so that they can be compared.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final

import numpy as np
import torch
from laecips_edge.core.routing.miners import create_miner
from numpy.typing import NDArray
from torch import Tensor

from laecips_cloud.training.steps.held_out_rows import HeldOutRow
from laecips_cloud.training.steps.losses import frame_loss

BASELINES: Final = ("spp", "sm", "mess")
QUANTILES: Final = 21
"""Number of h's quantiles in a manifest: every 5 %, both ends included."""

_PIXELS_A_ROW: Final = 500
_LEAST_BETA: Final = 1e-3


def delta_at_share(confidences: NDArray[np.floating], share: float) -> float:
    """The threshold that calls a share of the rows hard (hard iff confidence <= delta).

    Args:
        confidences: float [N] in [0, 1], a miner's on held-out rows.
        share: wanted share of hard rows, in [0, 1].

    Returns:
        Delta in [0, 1], half-way between two rows' confidences. Rows with the very same
        confidence fall on one side together, so that the share is met as nearly as they allow.

    Raises:
        ValueError: without a row.
    """
    if not len(confidences):
        raise ValueError("no held-out rows to fit delta on: the held-out data set is empty")
    ordered = np.sort(np.asarray(confidences, np.float64))
    hard = round(share * len(ordered))
    if hard == 0:
        return float(np.clip(np.nextafter(ordered[0], -1.0), 0.0, 1.0))
    if hard == len(ordered):
        return float(np.clip(ordered[-1], 0.0, 1.0))
    return float(np.clip((ordered[hard - 1] + ordered[hard]) / 2.0, 0.0, 1.0))


def quantiles(confidences: NDArray[np.floating]) -> tuple[float, ...]:
    """h's quantiles at 0, 5, ..., 100 %: what a latency budget steers delta along."""
    return tuple(np.quantile(confidences, np.linspace(0.0, 1.0, QUANTILES)).tolist())


def baseline_confidences(rows: Sequence[HeldOutRow]) -> dict[str, NDArray[np.float64]]:
    """Confidences of `spp`, `sm` and `mess` on the rows: float64 [N] by name."""
    miners = {name: create_miner(name) for name in BASELINES}

    def no_trust(logits: NDArray[np.float32]) -> float:
        raise TypeError("a baseline has no use for h")

    return {
        name: np.array(
            [miner.trust(row.logits.astype(np.float32), h=no_trust, stamp_ns=0) for row in rows]
        )
        for name, miner in miners.items()
    }


def thresholds_at_share(
    confidences: dict[str, NDArray[np.float64]], share: float
) -> dict[str, float]:
    """Delta of every miner at one wanted hard share, `random` included."""
    return {
        **{name: delta_at_share(values, share) for name, values in confidences.items()},
        "random": share,
    }


def fit_beta(rows: Sequence[HeldOutRow], *, share: float, weights: Tensor) -> float:
    """Beta of equation 14 for later trainings: h* falls below 1/2 on a wanted share of the rows.

    h* = min(1, beta / l), so that is half the loss that the wanted share exceeds. The loss is taken
    at f's stride.

    Args:
        rows: held-out rows, at least one.
        share: wanted share, in [0, 1].
        weights: float32 [M], weights of the classes.

    Returns:
        Beta > 0.
    """
    losses = [
        float(
            frame_loss(
                torch.from_numpy(row.logits).float()[None],
                torch.from_numpy(row.truth).long()[None],
                weights,
            )
        )
        for row in rows
    ]
    return max(0.5 * float(np.quantile(losses, 1.0 - share)), _LEAST_BETA)


def fit_temperature(rows: Sequence[HeldOutRow]) -> float:
    """The temperature at which f's scores are as sure as they are right (Guo et al., 2017).

    Minimises the cross-entropy of softmax(logits / T) over labelled pixels drawn from the rows.

    Args:
        rows: held-out rows with at least one labelled pixel between them.

    Returns:
        T in [0.25, 4].
    """
    random = np.random.default_rng(0)
    drawn, classes = [], []
    for row in rows:
        known = np.flatnonzero(row.truth.ravel() != 255)
        if len(known):
            pixels = random.choice(known, min(_PIXELS_A_ROW, len(known)), replace=False)
            drawn.append(row.logits.reshape(len(row.logits), -1)[:, pixels].astype(np.float64))
            classes.append(row.truth.ravel()[pixels])
    if not drawn:
        raise ValueError("no labelled pixel among the held-out rows: nothing to calibrate on")
    logits, truth = np.concatenate(drawn, axis=1), np.concatenate(classes)

    def cross_entropy(temperature: float) -> float:
        scaled = logits / temperature
        scaled = scaled - scaled.max(axis=0)
        right = scaled[truth, np.arange(len(truth))]
        return float((np.log(np.exp(scaled).sum(axis=0)) - right).mean())

    # In 1 / T the cross-entropy is convex: one valley.
    return 1.0 / _golden_section(lambda inverse: cross_entropy(1.0 / inverse), 0.25, 4.0)


def _golden_section(function: Callable[[float], float], low: float, high: float) -> float:
    """Minimum of a function with a single valley in [low, high], to a thousandth."""
    ratio = (5**0.5 - 1) / 2
    while high - low > 1e-3:
        left, right = high - ratio * (high - low), low + ratio * (high - low)
        if function(left) < function(right):
            high = right
        else:
            low = left
    return (low + high) / 2
