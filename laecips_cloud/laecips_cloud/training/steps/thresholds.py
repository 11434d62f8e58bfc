"""Fits delta, h's quantiles, beta and the temperature of a bundle on held-out rows.

Delta belongs to the pair (f, h) and is fitted after each training of h. Each baseline gets the
threshold at which it uploads the same share of the frames, so that all miners can be compared.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final

import numpy as np
from laecips_edge.core.routing.miners import APPEALNET, create_miner
from numpy.typing import NDArray

from laecips_cloud.training.steps.held_out_rows import HeldOutRow

BASELINES: Final = ("spp", "sm", "mess", "eiou")
"""Miners that need nothing but f's logits."""

QUANTILES: Final = 21
"""Number of h's quantiles in a manifest: every 5 %, both ends included."""

_PIXELS_A_ROW: Final = 500
_LEAST_BETA: Final = 1e-3


def delta_at_share(trust: NDArray[np.floating], share: float) -> float:
    """Return the threshold that calls a share of the rows hard (hard iff trust <= delta).

    Args:
        trust: float [N] in [0, 1], a miner's trust on held-out rows.
        share: wanted share of hard rows, in [0, 1].

    Returns:
        Delta in [0, 1], half-way between two rows' trust. Rows with equal trust are all hard or
        all easy, so that the share is met as closely as they allow.

    Raises:
        ValueError: there are no rows.
    """
    if not len(trust):
        raise ValueError("no held-out rows to fit delta on: the held-out data set is empty")
    ordered = np.sort(np.asarray(trust, np.float64))
    rises = np.flatnonzero(ordered[1:] > ordered[:-1]) + 1
    cuts = np.array([0, *rises, len(ordered)])
    hard = int(cuts[np.abs(cuts - share * len(ordered)).argmin()])
    if hard == 0:
        return float(np.clip(np.nextafter(ordered[0], -1.0), 0.0, 1.0))
    if hard == len(ordered):
        return float(np.clip(ordered[-1], 0.0, 1.0))
    return float(np.clip((ordered[hard - 1] + ordered[hard]) / 2.0, 0.0, 1.0))


def quantiles(trust: NDArray[np.floating]) -> tuple[float, ...]:
    """Return h's quantiles at 0, 5, ..., 100 %, by which a latency budget moves delta."""
    return tuple(np.quantile(trust, np.linspace(0.0, 1.0, QUANTILES)).tolist())


def baseline_trust(rows: Sequence[HeldOutRow]) -> dict[str, NDArray[np.float64]]:
    """Return the trust of each of `BASELINES` on rows, and of `appealnet` where f has its head.

    Args:
        rows: at least one, all of one f.

    Returns:
        float64 [N] by name of the miner.
    """
    with_head = bool(rows) and rows[0].q is not None
    miners = {name: create_miner(name) for name in (*BASELINES, *[APPEALNET] * with_head)}

    def no_trust(logits: NDArray[np.float32]) -> float:
        raise TypeError("a baseline must not run h")

    return {
        name: np.array(
            [
                miner.trust(row.logits.astype(np.float32), h=no_trust, stamp_ns=0, q=row.q)
                for row in rows
            ]
        )
        for name, miner in miners.items()
    }


def thresholds_at_share(trust: dict[str, NDArray[np.float64]], share: float) -> dict[str, float]:
    """Return each miner's delta at one share of hard rows, and that of `random`.

    Args:
        trust: float64 [N] by name of the miner.
        share: wanted share of hard rows, in [0, 1].
    """
    return {
        **{name: delta_at_share(values, share) for name, values in trust.items()},
        "random": share,
    }


def fit_beta(rows: Sequence[HeldOutRow], *, share: float) -> float:
    """Return beta of equation 14 for later trainings: h* is below 1/2 on a share of the rows.

    Since h* = min(1, beta / l), beta is half the loss that this share of the rows exceeds.

    Args:
        rows: held-out rows, at least one.
        share: wanted share, in [0, 1].

    Returns:
        Beta > 0.
    """
    losses = [1.0 - row.iou for row in rows]
    return max(0.5 * float(np.quantile(losses, 1.0 - share)), _LEAST_BETA)


def fit_temperature(rows: Sequence[HeldOutRow]) -> float:
    """Return the temperature that calibrates f's scores (Guo et al., 2017).

    It minimises the cross-entropy of softmax(logits / T) over labelled pixels drawn from the rows.

    Args:
        rows: held-out rows, at least one of them with a labelled pixel.

    Returns:
        T in [0.25, 4].

    Raises:
        ValueError: no row has a labelled pixel.
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

    # The cross-entropy is convex in 1 / T: it has one minimum.
    return 1.0 / _golden_section(lambda inverse: cross_entropy(1.0 / inverse), 0.25, 4.0)


def _golden_section(function: Callable[[float], float], low: float, high: float) -> float:
    """Return where a function with one minimum in [low, high] has it, to 0.001."""
    ratio = (5**0.5 - 1) / 2
    while high - low > 1e-3:
        left, right = high - ratio * (high - low), low + ratio * (high - low)
        if function(left) < function(right):
            high = right
        else:
            low = left
    return (low + high) / 2
