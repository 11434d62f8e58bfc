import threading
from types import SimpleNamespace

import numpy as np
import pytest
from laecips_edge.core.frame.running_pair import RunningPair
from laecips_edge.core.inference.segmenter import Prediction
from laecips_edge.core.routing.policy import Decision
from laecips_edge.core.routing.upload_budget import Allowance

RGB = np.zeros((8, 8, 3), np.uint8)


class Segmenter:
    """f and h that do as a test says."""

    def __init__(self, version: int, value: float = 1.0, error: Exception | None = None) -> None:
        self.manifest = SimpleNamespace(version=version, classes=("belt", "part"))
        self.value = value
        self.error = error
        self.looked = 0

    def predict(self, rgb: np.ndarray, depth: np.ndarray | None) -> Prediction:
        self.looked += 1
        if self.error is not None:
            raise self.error
        return Prediction(
            logits=np.full((2, 2, 2), self.value, np.float32),
            label_map=np.zeros((8, 8), np.uint8),
            confidence_map=np.zeros((8, 8), np.uint8),
        )

    def trust(self, logits: np.ndarray) -> float:
        return self.value


class Policy:
    def __init__(self, delta: float) -> None:
        self.delta = delta

    def decide(self, logits, *, h, stamp_ns, q) -> Decision:
        return Decision(trust=h(logits), delta=self.delta, hard=False, audit=False)

    def held_to(self, delta: float, *, uploads: bool = True) -> "Policy":
        return Policy(delta)


class Running(RunningPair):
    """Thresholds are the versions' own, a hundredth each, until a parameter says otherwise."""

    def __init__(self, segmenter: Segmenter, **options) -> None:
        self.delta: float | None = None
        super().__init__(segmenter, self._threshold, **options)

    def _threshold(self, manifest) -> Policy:
        return Policy(manifest.version / 100 if self.delta is None else self.delta)

    def version(self) -> int:
        return self.look(RGB, None, stamp_ns=1).manifest.version


def test_f_h_and_threshold_are_exchanged_as_one():
    running = Running(Segmenter(1))
    running.swap(running.prepare(Segmenter(2)))
    look = running.look(RGB, None, stamp_ns=1)
    assert (look.manifest.version, look.decision.delta) == (2, 0.02)
    assert running.second_opinion(RGB, None, stamp_ns=1).manifest.version == 1
    running.go_back()
    look = running.look(RGB, None, stamp_ns=1)
    assert (look.manifest.version, look.decision.delta) == (1, 0.01)
    assert running.second_opinion(RGB, None, stamp_ns=1) is None


@pytest.mark.parametrize(
    ("fails", "problem"),
    [
        ({"value": np.nan}, "its answer is not finite"),
        ({"value": np.inf}, "its answer is not finite"),
        ({"error": RuntimeError("no\nmemory")}, "RuntimeError: no memory"),
    ],
)
def test_a_pair_on_trial_that_falls_costs_one_inference_and_no_frame(fails, problem):
    before, bad = Segmenter(1), Segmenter(2, **fails)
    running = Running(before)
    running.swap(running.prepare(bad))
    assert running.version() == 1
    assert (before.looked, bad.looked) == (1, 1)
    assert running.fallen == problem
    assert running.version() == 1
    assert (before.looked, bad.looked) == (2, 1)
    assert not running.end_trial()  # whoever judges must see it first


def test_what_neither_can_look_at_is_the_frames_fault():
    error = ValueError("depth: none")
    running = Running(Segmenter(1, error=error))
    running.swap(running.prepare(Segmenter(2, error=error)))
    with pytest.raises(ValueError, match="depth: none"):
        running.version()
    assert running.fallen == ""
    assert running.current.manifest.version == 2


def test_after_its_trial_there_is_nothing_to_fall_back_to():
    bad = Segmenter(2)
    running = Running(Segmenter(1))
    running.swap(running.prepare(bad))
    assert running.end_trial()
    bad.error = RuntimeError("broken")
    with pytest.raises(RuntimeError, match="broken"):
        running.version()


def test_a_trial_may_go_on_after_a_restart():
    running = Running(Segmenter(2, value=np.nan), before=Segmenter(1))
    assert running.version() == 1


def test_an_operators_choice_ends_a_trial():
    running = Running(Segmenter(1))
    running.swap(running.prepare(Segmenter(2)))
    running.put(running.prepare(Segmenter(5)))
    assert running.version() == 5
    assert running.second_opinion(RGB, None, stamp_ns=1) is None


def test_a_changed_parameter_acts_on_both():
    running = Running(Segmenter(1))
    running.swap(running.prepare(Segmenter(2)))
    running.delta = 0.7
    running.renew_policies()
    assert running.look(RGB, None, stamp_ns=1).decision.delta == 0.7
    assert running.second_opinion(RGB, None, stamp_ns=1).decision.delta == 0.7


def test_a_pair_is_held_to_another_threshold_as_long_as_it_runs():
    running = Running(Segmenter(1))
    first = running.current.manifest
    running.steer(first, Allowance(0.3))
    look = running.look(RGB, None, stamp_ns=1)
    assert (look.decision.delta, look.policy.delta) == (0.3, 0.3)
    running.swap(running.prepare(Segmenter(2)))
    running.steer(first, Allowance(0.4))  # meant for the previous pair: it comes too late
    assert running.look(RGB, None, stamp_ns=1).decision.delta == 0.02
    assert running.second_opinion(RGB, None, stamp_ns=1).decision.delta == 0.3
    running.steer(running.current.manifest, Allowance(0.5))
    assert running.look(RGB, None, stamp_ns=1).decision.delta == 0.5


def test_exchanged_while_another_thread_looks():
    running, stop, versions = Running(Segmenter(0)), threading.Event(), []

    def look() -> None:
        while not stop.is_set():
            it = running.look(RGB, None, stamp_ns=1)
            assert it.decision.delta == it.manifest.version / 100
            versions.append(it.manifest.version)

    thread = threading.Thread(target=look)
    thread.start()
    try:
        for version in range(1, 200):
            running.swap(running.prepare(Segmenter(version)))
            running.second_opinion(RGB, None, stamp_ns=1)
            running.renew_policies()
            running.end_trial()
    finally:
        stop.set()
        thread.join()
    assert versions == sorted(versions)
    assert running.version() == 199
