"""The running pair moves to the fastest engine while the robot works."""

import threading
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from laecips_edge.core.bundle.bundle import Bundle
from laecips_edge.core.frame.edge_settings import EdgeSettings
from laecips_edge.core.frame.running_pair import RunningPair
from laecips_edge.core.inference import auto_engine
from laecips_edge.core.inference.auto_engine import AutoEngine
from laecips_edge.core.inference.engine_probe import ProbedEngine
from laecips_edge.update.engine_switch import EngineSwitch

FOUND = [
    ProbedEngine(name="onnxruntime", precision="fp32", ms=40.0, agreement=1.0),
    ProbedEngine(name="openvino", precision="fp32", ms=20.0, agreement=1.0),
]


class Site:
    """A running pair on an engine that is not chosen yet, and a thread that chooses."""

    def __init__(self, bundle: Bundle) -> None:
        self.log: list[str] = []
        logger = SimpleNamespace(info=self.log.append, error=self.log.append)
        settings = EdgeSettings()
        self.engines = AutoEngine(settings, logger.info, ("onnxruntime", "openvino"))
        self.running = RunningPair(self.engines.assemble(bundle), settings.policy_for)
        self.switch = EngineSwitch(engines=self.engines, running=self.running, logger=logger)

    @property
    def engine(self) -> str:
        return self.running.current.segmenter.engine


@pytest.fixture(autouse=True)
def gate(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> threading.Event:
    """Lets probes end."""
    pytest.importorskip("openvino")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    # In bfloat16 random weights differ more from fp32 than trained ones.
    monkeypatch.setattr(auto_engine, "LEAST_AGREEMENT", 0.97)
    opened = threading.Event()

    def probe(bundle: Path, *, stop: threading.Event, **_: Any) -> list[ProbedEngine]:
        while not (opened.wait(0.01) or stop.is_set()):
            pass
        return FOUND

    monkeypatch.setattr(auto_engine, "probe_engines", probe)
    return opened


def joined(switch: EngineSwitch) -> None:
    switch._thread.join(60)
    assert not switch._thread.is_alive()


def test_frames_go_on_and_then_run_on_the_fastest_engine(
    tiny_bundle: Bundle, gate: threading.Event
) -> None:
    site = Site(tiny_bundle)
    policy = site.running.current.policy
    rgb = np.full((96, 128, 3), 90, np.uint8)
    site.switch.start()
    before = site.running.look(rgb, None, stamp_ns=1)
    assert site.engine == "onnxruntime"
    gate.set()
    joined(site.switch)
    assert site.engine == "openvino"
    assert site.running.current.policy is policy
    after = site.running.look(rgb, None, stamp_ns=1)
    same = (after.prediction.label_map == before.prediction.label_map).mean()
    assert same > 0.95
    assert site.log[-1] == "engine openvino runs the networks from now on"


def test_a_pair_on_trial_keeps_its_engine(tiny_bundle: Bundle, gate: threading.Event) -> None:
    site = Site(tiny_bundle)
    site.running.swap(site.running.prepare(site.engines.assemble(tiny_bundle)))
    gate.set()
    site.switch.start()
    joined(site.switch)
    assert site.engine == "onnxruntime"
    assert site.log[-1] == "engine openvino runs the networks from the next start on"


def test_a_node_that_ends_does_not_wait_for_the_probe(tiny_bundle: Bundle) -> None:
    site = Site(tiny_bundle)
    site.switch.start()
    site.switch.stop()
    assert site.engine == "onnxruntime"
    assert site.engines.unprobed == [tiny_bundle]
