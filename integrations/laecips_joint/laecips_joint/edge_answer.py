"""f's answer to one frame: label map, logits, h and the decision in one object."""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import cached_property
from typing import Any

import numpy as np
from laecips_edge.core.bundle.manifest import Manifest
from laecips_edge.core.inference.segmenter import Prediction
from laecips_edge.core.routing.policy import Decision, Policy
from numpy.typing import NDArray


class EdgeAnswer:
    """f's answer to one frame. Sedna asks `if answer`, which an array refuses: an object is true.

    Attributes:
        stamp_ns: stamp of the frame in nanoseconds.
        manifest: manifest of the pair that answered.
        prediction: f's answer.
        decision: the miner's decision; None until a miner has judged the answer.
        took_ms: milliseconds of decoding, f, and what the miner needed.
    """

    def __init__(
        self,
        *,
        stamp_ns: int,
        manifest: Manifest,
        prediction: Prediction,
        h: Callable[[NDArray[np.float32]], float],
        took_ms: float,
    ) -> None:
        self.stamp_ns = stamp_ns
        self.manifest = manifest
        self.prediction = prediction
        self.decision: Decision | None = None
        self.took_ms = took_ms
        self._h = h

    @property
    def label_map(self) -> NDArray[np.uint8]:
        """uint8 [H, W], class indices."""
        return self.prediction.label_map

    @property
    def logits(self) -> NDArray[np.float32]:
        """float32 [M, h, w] at f's stride."""
        return self.prediction.logits

    @cached_property
    def h(self) -> float:
        """Trust of h in the logits, in [h_min, 1]; computed for the miner that first asks."""
        return self._h(self.logits)

    def judge(self, policy: Policy) -> Decision:
        """Let a policy decide on the frame, and keep its decision."""
        started_s = time.perf_counter()
        self.decision = policy.decide(
            self.logits, h=lambda logits: self.h, stamp_ns=self.stamp_ns, q=self.prediction.q
        )
        self.took_ms += 1e3 * (time.perf_counter() - started_s)
        return self.decision

    def __deepcopy__(self, memo: dict[int, Any]) -> EdgeAnswer:
        """Return the answer itself: Sedna copies every answer, and nothing changes one."""
        return self
