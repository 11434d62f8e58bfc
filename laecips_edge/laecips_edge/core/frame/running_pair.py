"""The pair (f, h) that labels frames, with its policy; all are swapped together between frames."""

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
from laecips_edge.core.routing.upload_budget import Allowance


@dataclass(frozen=True, kw_only=True)
class Look:
    """A pair's answer to one frame.

    Attributes:
        manifest: manifest of the pair.
        prediction: f's answer.
        decision: the policy's decision.
        policy: the policy that decided.
        inference_ms: milliseconds for f, h and the decision.
    """

    manifest: Manifest
    prediction: Prediction
    decision: Decision
    policy: Policy
    inference_ms: float

    @property
    def finite(self) -> bool:
        """Whether logits and trust are finite."""
        logits = self.prediction.logits
        return bool(np.isfinite(logits).all() and np.isfinite(self.decision.trust))

    @property
    def observation(self) -> Observation:
        """The observation of this answer, for the watch over a swap."""
        return Observation.of(
            self.prediction.label_map,
            classes=len(self.manifest.classes),
            trust=self.decision.trust,
            hard=self.decision.hard,
            inference_ms=self.inference_ms,
        )


@dataclass(frozen=True, kw_only=True)
class Pair:
    """The networks f and h, and the policy with the threshold for this h."""

    segmenter: Segmenter
    policy: Policy

    @property
    def manifest(self) -> Manifest:
        """The manifest of the pair's bundle."""
        return self.segmenter.manifest

    def look(
        self, rgb: NDArray[np.uint8], depth: NDArray[np.uint16] | None, *, stamp_ns: int
    ) -> Look:
        """Label a frame and decide on it.

        Args:
            rgb: uint8 [H,W,3].
            depth: uint16 [H,W] in millimetres; None if f takes no depth.
            stamp_ns: stamp of the frame in nanoseconds.
        """
        started_s = time.monotonic()
        prediction = self.segmenter.predict(rgb, depth)
        decision = self.policy.decide(
            prediction.logits, h=self.segmenter.trust, stamp_ns=stamp_ns, q=prediction.q
        )
        return Look(
            manifest=self.manifest,
            prediction=prediction,
            decision=decision,
            policy=self.policy,
            inference_ms=1e3 * (time.monotonic() - started_s),
        )


class RunningPair:
    """The running pair and, while it is on trial, the previous pair.

    The inference thread calls `look`; any thread may call the rest. A pair on trial is rolled back
    at once if its answer to a frame is not finite, or if it raises an error on a frame that the
    previous pair can label. That frame costs a second inference, and `fallen` says why.

    Args:
        segmenter: the networks of the first pair.
        make_policy: makes the policy for a manifest under the current parameters.
        before: the networks of the previous pair, if `segmenter` is on trial.
    """

    def __init__(
        self,
        segmenter: Segmenter,
        make_policy: Callable[[Manifest], Policy],
        *,
        before: Segmenter | None = None,
    ) -> None:
        self.fallen = ""
        """Why `look` rolled the pair on trial back; empty if it did not."""
        self._make_policy = make_policy
        self._changing = threading.Lock()
        self._asking = threading.Lock()  # two threads must not use one segmenter at a time
        self._current = self.prepare(segmenter)
        self._before = None if before is None else self.prepare(before)

    @property
    def current(self) -> Pair:
        """The running pair."""
        return self._current

    def look(
        self, rgb: NDArray[np.uint8], depth: NDArray[np.uint16] | None, *, stamp_ns: int
    ) -> Look:
        """Label a frame and decide on it; arguments and errors are those of `Pair.look`."""
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
        # If the previous pair fails too, the frame is at fault: its error is raised from here.
        with self._asking:
            look = before.look(rgb, depth, stamp_ns=stamp_ns)
        with self._changing:
            if self._current is pair:
                self._current, self._before, self.fallen = before, None, problem
        return look

    def second_opinion(
        self, rgb: NDArray[np.uint8], depth: NDArray[np.uint16] | None, *, stamp_ns: int
    ) -> Look | None:
        """Return the previous pair's answer to a frame; None if there is no previous pair."""
        with self._asking:
            before = self._before
            return None if before is None else before.look(rgb, depth, stamp_ns=stamp_ns)

    def prepare(self, segmenter: Segmenter) -> Pair:
        """Return a pair of these networks with its policy.

        Raises:
            ValueError: the manifest has no threshold for the policy.
        """
        return Pair(segmenter=segmenter, policy=self._make_policy(segmenter.manifest))

    def swap(self, pair: Pair) -> None:
        """Run another pair from the next frame on, on trial; keep the current pair as previous."""
        with self._changing:
            self._current, self._before, self.fallen = pair, self._current, ""

    def exchange(self, segmenter: Segmenter) -> bool:
        """Run the networks of the running pair on another engine from the next frame on.

        Args:
            segmenter: the same networks, tested.

        Returns:
            False if another pair runs by now, or there is a trial, which must compare like with
            like.
        """
        with self._changing:
            if self._before is not None or self._current.manifest is not segmenter.manifest:
                return False
            self._current = replace(self._current, segmenter=segmenter)
            return True

    def end_trial(self) -> bool:
        """End the trial and free the previous pair; return False if `look` rolled it back."""
        with self._changing:
            if self.fallen:
                return False
            self._before = None
            return True

    def go_back(self) -> None:
        """Run the previous pair again and end the trial; do nothing if there is none."""
        with self._changing:
            self._current, self._before = self._before or self._current, None

    def put(self, pair: Pair) -> None:
        """Run a pair from the next frame on, without a trial."""
        with self._changing:
            self._current, self._before, self.fallen = pair, None, ""

    def steer(self, manifest: Manifest, allowance: Allowance) -> None:
        """Set what the frames of the running pair may do from the next one on.

        Args:
            manifest: manifest of the pair that it is for; ignored if another pair runs now.
            allowance: the threshold, and whether frames may be uploaded at all.
        """
        with self._changing:
            if self._current.manifest is manifest:
                policy = self._current.policy.held_to(allowance.delta, uploads=allowance.upload)
                self._current = replace(self._current, policy=policy)

    def renew_policies(self) -> None:
        """Make the policies again, after parameters have changed."""
        with self._changing:
            self._current = replace(self._current, policy=self._make_policy(self._current.manifest))
            if self._before is not None:
                self._before = replace(
                    self._before, policy=self._make_policy(self._before.manifest)
                )
