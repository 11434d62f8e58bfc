"""Miners: they judge how far f's answer to a frame can be trusted.

A miner maps f's logits to a trust in [0, 1]; high means easy. `laecips` uses the trained network
h; the baseline `appealnet` takes what f itself says beside its answer, if f is an AppealNet; `spp`,
`sm`, `mess` and `eiou` use the softmax alone; `edge`, `cloud` and `random` ignore the logits. The
softmax is over f's logits at f's own stride, at temperature 1.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, Protocol

import numpy as np
from numpy.typing import NDArray

from laecips_edge.core.inference.scores import softmax
from laecips_edge.core.routing.hashed_draws import uniform

Logits = NDArray[np.float32]
MinerNetwork = Callable[[Logits], float]
"""The network h: logits -> trust in [h_min, 1]."""

MESS_PIXEL_CONFIDENCE: Final = 0.9
"""For `mess` a pixel is certain if its largest softmax exceeds this (Kouris et al., 2022)."""


APPEALNET: Final = "appealnet"
NO_PREDICTOR: Final = (
    "the bundle's f has no predictor head; give a bundle of `laecips train --role appealnet`"
)


class Miner(Protocol):
    """The interface of a miner."""

    def trust(
        self, logits: Logits, *, h: MinerNetwork, stamp_ns: int, q: float | None = None
    ) -> float:
        """Judge one frame.

        Args:
            logits: float32 [M, h, w], f's logits at f's own stride.
            h: the network h; only miners that need it call it.
            stamp_ns: the frame's stamp in nanoseconds.
            q: what f's predictor head gave; None if f has none.

        Returns:
            Trust in [0, 1]; high is easy.

        Raises:
            ValueError: the miner needs q, and there is none.
        """
        ...


class LaecipsMiner:
    """h(f(x)), the miner of LAECIPS (eq. 2)."""

    def trust(
        self, logits: Logits, *, h: MinerNetwork, stamp_ns: int, q: float | None = None
    ) -> float:
        """Return h's trust; see `Miner.trust`."""
        return float(h(logits))


class AppealNetMiner:
    """AppealNet's q(1|x) (Li et al., DAC 2021): how probably f answers as well as the cloud."""

    def trust(
        self, logits: Logits, *, h: MinerNetwork, stamp_ns: int, q: float | None = None
    ) -> float:
        """Return q; see `Miner.trust`."""
        if q is None:
            raise ValueError(f"policy {APPEALNET!r}: {NO_PREDICTOR}")
        return q


class ConstantMiner:
    """The same trust for every frame: 1 never uploads (`edge`), 0 always uploads (`cloud`)."""

    def __init__(self, *, trust: float) -> None:
        """Keep the trust in [0, 1] that every frame gets."""
        self._trust = trust

    def trust(
        self, logits: Logits, *, h: MinerNetwork, stamp_ns: int, q: float | None = None
    ) -> float:
        """Return the constant; see `Miner.trust`."""
        return self._trust


class RandomMiner:
    """A random trust, uniform in [0, 1): uploads a share `delta` of the frames."""

    def __init__(self, *, seed: int) -> None:
        """Keep the seed of the draws."""
        self._seed = seed

    def trust(
        self, logits: Logits, *, h: MinerNetwork, stamp_ns: int, q: float | None = None
    ) -> float:
        """Return a draw that depends on seed and stamp alone; see `Miner.trust`."""
        return uniform(seed=self._seed, stamp_ns=stamp_ns, purpose="random miner")


class SoftmaxMiner:
    """A statistic of the softmax as trust: `spp`, `sm`, `mess` or `eiou`."""

    def __init__(self, *, statistic: Callable[[Logits], float]) -> None:
        """Keep the statistic: float32 softmax [M, h, w] -> [0, 1]."""
        self._statistic = statistic

    def trust(
        self, logits: Logits, *, h: MinerNetwork, stamp_ns: int, q: float | None = None
    ) -> float:
        """Return the statistic of the softmax; see `Miner.trust`."""
        return self._statistic(softmax(logits))


def mean_softmax_peak(scores: Logits) -> float:
    """Compute SPP: mean over the pixels of the largest softmax (Hendrycks and Gimpel, 2017).

    Args:
        scores: float32 [M, h, w], softmax.

    Returns:
        A float in [1/M, 1].
    """
    return float(scores.max(axis=0).mean(dtype=np.float64))


def mean_softmax_margin(scores: Logits) -> float:
    """Compute SM: mean over the pixels of largest minus second-largest softmax (Park et al., 2015).

    Args:
        scores: float32 [M, h, w], softmax; with a single class the second-largest is 0.

    Returns:
        A float in [0, 1].
    """
    if scores.shape[0] == 1:
        return mean_softmax_peak(scores)
    second, first = np.partition(scores, -2, axis=0)[-2:]
    return float((first - second).mean(dtype=np.float64))


def sure_pixel_share(scores: Logits) -> float:
    """Compute MESS: share of the pixels whose largest softmax exceeds 0.9 (Kouris et al., 2022).

    Args:
        scores: float32 [M, h, w], softmax.

    Returns:
        A float in [0, 1].
    """
    return float((scores.max(axis=0) > MESS_PIXEL_CONFIDENCE).mean(dtype=np.float64))


def expected_iou(scores: Logits) -> float:
    """Compute EIOU: the mIoU of f's label map with a truth drawn, pixel by pixel, from the softmax.

    It is a statistic of our own, not from the paper. Of a class it takes the expectations of
    intersection and union. As mIoU does, it counts each class that the label map names alike, so
    that a small part in doubt weighs as much as a large one.

    Args:
        scores: float32 [M, h, w], softmax.

    Returns:
        A float in [0, 1].
    """
    classes, answer = len(scores), scores.argmax(axis=0).ravel()
    pixels = np.bincount(answer, minlength=classes)
    both = np.bincount(answer, weights=scores.max(axis=0).ravel(), minlength=classes)
    either = pixels + scores.sum(axis=(1, 2), dtype=np.float64) - both
    named = pixels > 0
    return float(np.clip((both[named] / either[named]).mean(), 0.0, 1.0))


_REGISTRY: Final[dict[str, Callable[[int], Miner]]] = {
    "laecips": lambda seed: LaecipsMiner(),
    APPEALNET: lambda seed: AppealNetMiner(),
    "edge": lambda seed: ConstantMiner(trust=1.0),
    "cloud": lambda seed: ConstantMiner(trust=0.0),
    "spp": lambda seed: SoftmaxMiner(statistic=mean_softmax_peak),
    "sm": lambda seed: SoftmaxMiner(statistic=mean_softmax_margin),
    "mess": lambda seed: SoftmaxMiner(statistic=sure_pixel_share),
    "eiou": lambda seed: SoftmaxMiner(statistic=expected_iou),
    "random": lambda seed: RandomMiner(seed=seed),
}
MINER_NAMES: Final[tuple[str, ...]] = tuple(_REGISTRY)
"""Every name that `create_miner` takes."""


def create_miner(name: str, *, seed: int = 0) -> Miner:
    """Make a miner by name.

    Args:
        name: one of `MINER_NAMES`.
        seed: seed of the `random` miner's draws; the others ignore it.

    Returns:
        The miner.

    Raises:
        ValueError: the name is unknown.
    """
    try:
        return _REGISTRY[name](seed)
    except KeyError:
        raise ValueError(f"no miner named {name!r}: use one of {', '.join(_REGISTRY)}") from None
