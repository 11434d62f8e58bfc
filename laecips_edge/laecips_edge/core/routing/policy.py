"""The decision of eq. 2: whether a frame is easy, and whether it is uploaded.

A frame is easy iff trust > delta. The paper writes ">" in eq. 2 and ">=" in eq. 22; this is ">".
A small share of the easy frames is uploaded too, each as an *audit*: with only hard frames in the
replay buffer the trainer would never see the frames that h wrongly finds easy.
"""

from __future__ import annotations

import copy
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Protocol

from laecips_edge.core.routing.hashed_draws import uniform
from laecips_edge.core.routing.miners import (
    APPEALNET,
    NO_PREDICTOR,
    Logits,
    MinerNetwork,
    create_miner,
)

NEVER_UPLOADS: Final = "edge"
ALWAYS_UPLOADS: Final = "cloud"


class Thresholds(Protocol):
    """The part of a bundle's manifest that a policy reads: delta by miner name."""

    @property
    def thresholds(self) -> Mapping[str, float]:
        """Delta in [0, 1] by miner name, fitted on held-out frames for one hard share."""
        ...


@dataclass(frozen=True)
class Decision:
    """The policy's decision on one frame.

    Attributes:
        trust: the miner's trust in [0, 1].
        delta: the threshold.
        hard: not (trust > delta); never of a policy that must not upload.
        audit: whether the frame is easy and drawn for upload.
    """

    trust: float
    delta: float
    hard: bool
    audit: bool

    @property
    def upload(self) -> bool:
        """Whether the frame is uploaded."""
        return self.hard or self.audit


class Policy:
    """A miner, its threshold and the audits.

    Decisions depend only on the logits, the stamp and the seed, so an offline replay decides as the
    live run did, whichever frames were dropped. `edge` never uploads, not even audits; `cloud`
    always uploads; neither needs a threshold.
    """

    def __init__(
        self,
        miner_name: str,
        *,
        delta: float | None = None,
        manifest: Thresholds,
        audit_rate: float = 0.05,
        seed: int = 0,
    ) -> None:
        """Choose the miner and its threshold.

        Args:
            miner_name: one of `laecips_edge.core.routing.miners.MINER_NAMES`.
            delta: threshold in [0, 1]; None: the manifest's threshold for this miner.
            manifest: the running bundle's manifest.
            audit_rate: share in [0, 1] of the easy frames that are uploaded as audits.
            seed: seed of the audits and of the `random` miner.

        Raises:
            ValueError: the miner is unknown, delta or the audit rate is outside [0, 1], or the
                manifest has no threshold for this miner, without which `appealnet` has no head.
        """
        self._miner = create_miner(miner_name, seed=seed)
        self._name = miner_name
        self._delta = _choose_delta(miner_name, delta, manifest.thresholds)
        self._audit_rate = 0.0 if miner_name == NEVER_UPLOADS else _share("audit_rate", audit_rate)
        self._seed = seed
        self._uploads = True

    @property
    def name(self) -> str:
        """The miner's name."""
        return self._name

    @property
    def delta(self) -> float:
        """The threshold in [0, 1]."""
        return self._delta

    @property
    def audit_rate(self) -> float:
        """The share of the easy frames that is audited; 0 for `edge`."""
        return self._audit_rate

    def held_to(self, delta: float, *, uploads: bool = True) -> Policy:
        """Return the same policy with another threshold.

        Args:
            delta: threshold in [0, 1].
            uploads: False uploads no frame, however little it is trusted.

        Raises:
            ValueError: delta is outside [0, 1].
        """
        other = copy.copy(self)
        other._delta = _share("delta", delta)
        other._uploads = uploads
        return other

    def decide(
        self, logits: Logits, *, h: MinerNetwork, stamp_ns: int, q: float | None = None
    ) -> Decision:
        """Decide on one frame.

        Args:
            logits: float32 [M, h, w], f's logits.
            h: the network h; called at most once, and only by miners that need it.
            stamp_ns: the frame's stamp in nanoseconds.
            q: what f's predictor head gave with the logits; None if f has none.

        Returns:
            The decision; NaN as trust is not above any threshold.
        """
        trust = self._miner.trust(logits, h=h, stamp_ns=stamp_ns, q=q)
        easy = trust > self._delta
        drawn = uniform(seed=self._seed, stamp_ns=stamp_ns, purpose="audit") < self._audit_rate
        return Decision(
            trust=trust,
            delta=self._delta,
            hard=self._uploads and not easy,
            audit=self._uploads and easy and drawn,
        )


def _choose_delta(name: str, delta: float | None, thresholds: Mapping[str, float]) -> float:
    if name in (NEVER_UPLOADS, ALWAYS_UPLOADS):
        return 0.5  # their trust is 1 and 0, so any delta between works
    if name == APPEALNET and name not in thresholds:
        raise ValueError(f"policy {name!r}: {NO_PREDICTOR}")
    if delta is not None:
        return _share("delta", delta)
    if name not in thresholds:
        known = ", ".join(sorted(thresholds)) or "none"
        raise ValueError(
            f"policy {name!r}: the bundle's manifest has no threshold for it (it has: {known}); "
            "give delta, or train the bundle again"
        )
    return _share(f"threshold of {name!r} in the manifest", thresholds[name])


def _share(what: str, value: float) -> float:
    if not 0.0 <= value <= 1.0:
        raise ValueError(f"{what} is {value}, which is outside 0..1")
    return float(value)
