"""The pair (f, h) that looks at frames, with its policy; exchanged as one between two frames."""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from laecips_edge.core.bundle.manifest import Manifest
from laecips_edge.core.frame.observation import Observation
from laecips_edge.core.inference.segmenter import Prediction, Segmenter
from laecips_edge.core.routing.policy import Decision, Policy


@dataclass(frozen=True, kw_only=True)
class Look:
    """What a pair says of a frame.

    Attributes:
        manifest: of the pair.
        prediction: f's answer.
        decision: the policy's.
        policy: that decided.
        inference_ms: that it took.
    """

    manifest: Manifest
    prediction: Prediction
    decision: Decision
    policy: Policy
    inference_ms: float

    @property
    def finite(self) -> bool:
        """Whether the answer is one of numbers."""
        logits = self.prediction.logits
        return bool(np.isfinite(logits).all() and np.isfinite(self.decision.trust))

    @property
    def observation(self) -> Observation:
        """What the watch reads of it."""
        return Observation.of(
            self.prediction.label_map,
            classes=len(self.manifest.classes),
            trust=self.decision.trust,
            hard=self.decision.hard,
            inference_ms=self.inference_ms,
        )


@dataclass(frozen=True, kw_only=True)
class Pair:
    """f and h, and the policy that holds h against this pair's own threshold."""

    segmenter: Segmenter
    policy: Policy

    @property
    def manifest(self) -> Manifest:
        """Of its bundle."""
        return self.segmenter.manifest

    def look(
        self, rgb: NDArray[np.uint8], depth: NDArray[np.uint16] | None, *, stamp_ns: int
    ) -> Look:
        """Look at a frame: uint8 [H,W,3], and uint16 [H,W] in millimetres where f takes it."""
        started_s = time.monotonic()
        prediction = self.segmenter.predict(rgb, depth)
        decision = self.policy.decide(prediction.logits, h=self.segmenter.trust, stamp_ns=stamp_ns)
        return Look(
            manifest=self.manifest,
            prediction=prediction,
            decision=decision,
            policy=self.policy,
            inference_ms=1e3 * (time.monotonic() - started_s),
        )


class RunningPair:
    """Holds the pair that runs and, while that is on trial, the one before.

    `look` belongs to the inference thread, the rest to any other. A pair on trial that cannot look
    at a frame which the pair before can, or whose answer is not finite, is exchanged on the spot:
    the frame costs one more inference, and `fallen` says why.

    Args:
        segmenter: f and h to begin with.
        make_policy: makes the policy for a manifest, as the parameters are now.
        before: the pair before, where `segmenter` is on trial.
    """

    def __init__(
        self,
        segmenter: Segmenter,
        make_policy: Callable[[Manifest], Policy],
        *,
        before: Segmenter | None = None,
    ) -> None:
        self.fallen = ""
        """Why the pair on trial was exchanged by `look`; empty where it was not."""
        self._make_policy = make_policy
        self._changing = threading.Lock()
        self._asking = threading.Lock()  # a segmenter is not for two threads at a time
        self._current = self.prepare(segmenter)
        self._before = None if before is None else self.prepare(before)

    @property
    def current(self) -> Pair:
        """What runs."""
        return self._current

    def look(
        self, rgb: NDArray[np.uint8], depth: NDArray[np.uint16] | None, *, stamp_ns: int
    ) -> Look:
        """Look at a frame; arguments as for `Pair.look`, and whatever that raises."""
        pair, before = self._current, self._before
        try:
            look = pair.look(rgb, depth, stamp_ns=stamp_ns)
            if before is None or look.finite:
                return look
            problem = "its answer is not finite"
        except Exception as error:
            if before is None:
                raise
            problem = f"{type(error).__name__}: {' '.join(str(error).split())}"
        # What neither can look at is the frame's fault, and raised from here.
        with self._asking:
            look = before.look(rgb, depth, stamp_ns=stamp_ns)
        with self._changing:
            if self._current is pair:
                self._current, self._before, self.fallen = before, None, problem
        return look

    def second_opinion(
        self, rgb: NDArray[np.uint8], depth: NDArray[np.uint16] | None, *, stamp_ns: int
    ) -> Look | None:
        """What the pair before says of a frame; None where there is none."""
        with self._asking:
            before = self._before
            return None if before is None else before.look(rgb, depth, stamp_ns=stamp_ns)

    def prepare(self, segmenter: Segmenter) -> Pair:
        """A pair of these networks with its policy; ValueError where its manifest allows none."""
        return Pair(segmenter=segmenter, policy=self._make_policy(segmenter.manifest))

    def swap(self, pair: Pair) -> None:
        """Let another pair look from the next frame on, on trial against what runs now."""
        with self._changing:
            self._current, self._before, self.fallen = pair, self._current, ""

    def end_trial(self) -> bool:
        """Let go of the pair before; False where the pair on trial has fallen already."""
        with self._changing:
            if self.fallen:
                return False
            self._before = None
            return True

    def go_back(self) -> None:
        """The pair before runs again; no more trial. Nothing happens where there is none."""
        with self._changing:
            self._current, self._before = self._before or self._current, None

    def put(self, pair: Pair) -> None:
        """Let a pair run without a trial, from the next frame on."""
        with self._changing:
            self._current, self._before, self.fallen = pair, None, ""

    def steer(self, manifest: Manifest, delta: float) -> None:
        """Hold a pair to another threshold from the next frame on, as long as it runs."""
        with self._changing:
            if self._current.manifest is manifest:
                self._current = replace(self._current, policy=self._current.policy.held_to(delta))

    def renew_policies(self) -> None:
        """Let changed parameters act."""
        with self._changing:
            self._current = replace(self._current, policy=self._make_policy(self._current.manifest))
            if self._before is not None:
                self._before = replace(
                    self._before, policy=self._make_policy(self._before.manifest)
                )
