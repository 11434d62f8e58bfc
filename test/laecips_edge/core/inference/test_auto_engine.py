"""`engine: auto`: what bundles run on, before and after it is known what is fastest."""

import threading
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from laecips_edge.core.bundle.bundle import Bundle, ranges_file
from laecips_edge.core.frame.edge_settings import EdgeSettings
from laecips_edge.core.inference import auto_engine, segmenter
from laecips_edge.core.inference.auto_engine import AutoEngine
from laecips_edge.core.inference.engine_probe import ProbedEngine
from laecips_edge.core.inference.engines import INT8_ENGINE, EngineError, create_engine
from made_bundles import variant

BOTH = ("onnxruntime", "openvino")
FOUND = [
    ProbedEngine(name="onnxruntime", precision="fp32", ms=40.0, agreement=1.0),
    ProbedEngine(name="openvino", precision="fp32", ms=20.0, agreement=1.0),
]


@pytest.fixture(autouse=True)
def probes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    """The bundles that were probed; what is found is always the same."""
    pytest.importorskip("openvino")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    # In bfloat16 random weights differ more from fp32 than trained ones.
    monkeypatch.setattr(auto_engine, "LEAST_AGREEMENT", 0.97)
    probed: list[Path] = []

    def probe(bundle: Path, **_: Any) -> list[ProbedEngine]:
        probed.append(bundle)
        return FOUND

    monkeypatch.setattr(auto_engine, "probe_engines", probe)
    return probed


def engines(log: list[str], **settings: Any) -> AutoEngine[EdgeSettings]:
    return AutoEngine(EdgeSettings(**settings), log.append, BOTH)


def test_until_it_is_known_the_reference_runs_and_at_the_next_start_the_fastest(
    tiny_bundle: Bundle, probes: list[Path]
) -> None:
    log: list[str] = []
    first = engines(log)
    assert first.assemble(tiny_bundle).engine == "onnxruntime"
    assert log == [
        "engine auto: onnxruntime until onnxruntime and openvino have been timed, once on this "
        "machine"
    ]
    assert first.unprobed == [tiny_bundle]
    assert not first.settled
    assert first.probe(tiny_bundle, stop=threading.Event()) == "openvino"
    assert first.unprobed == []
    assert first.assemble(tiny_bundle).engine == "openvino"
    second = engines(log)
    assert second.assemble(tiny_bundle).engine == "openvino"
    assert log[-1] == (
        "engine auto: openvino, for onnxruntime 40.0 ms a frame in fp32, openvino 20.0 ms a frame "
        "in fp32"
    )
    assert probes == [tiny_bundle.path]


def test_a_version_that_does_not_agree_runs_on_the_reference(
    tiny_bundle: Bundle, tmp_path: Path
) -> None:
    log: list[str] = []
    known = engines(log)
    known.assemble(tiny_bundle)
    known.probe(tiny_bundle, stop=threading.Event())
    frames = tiny_bundle.agreement()
    changed = frames[0].label_map.copy()
    changed[:3] = (changed[:3] + 1) % 4  # a sixteenth of both frames
    changed_frames = [replace(frames[0], label_map=changed), *frames[1:]]
    other = variant(tiny_bundle, tmp_path / "other", 1, frames=changed_frames)
    assert known.assemble(other).engine == "onnxruntime"
    assert "engine onnxruntime for version 1: on openvino only 9" in log[-1]


@pytest.mark.parametrize("when", ["made", "run"])
def test_where_an_engine_does_not_run_the_next_one_does(
    tiny_bundle: Bundle, monkeypatch: pytest.MonkeyPatch, when: str
) -> None:
    log: list[str] = []
    known = engines(log)
    known.assemble(tiny_bundle)
    known.probe(tiny_bundle, stop=threading.Event())
    broken = {"openvino"}

    def no_memory(*_: Any) -> Any:
        raise EngineError("no memory: free some")

    def create(name: str, *arguments: Any, **options: Any) -> Any:
        made = create_engine("onnxruntime", *arguments, **options)
        if name in broken and when == "made":
            no_memory()
        elif name in broken:
            monkeypatch.setattr(made, "run", no_memory)
        return made

    monkeypatch.setattr(segmenter, "create_engine", create)
    assert known.assemble(tiny_bundle).engine == "onnxruntime"
    assert log[-1] == (
        "engine onnxruntime for version 1: on openvino it does not run (no memory: free some)"
    )
    broken.clear()
    assert known.assemble(tiny_bundle).engine == "openvino"


def test_where_no_engine_runs_the_last_one_says_why(
    tiny_bundle: Bundle, monkeypatch: pytest.MonkeyPatch
) -> None:
    log: list[str] = []
    known = engines(log)
    known.assemble(tiny_bundle)
    known.probe(tiny_bundle, stop=threading.Event())

    def create(name: str, *_: Any, **__: Any) -> Any:
        raise EngineError(f"{name}: no memory")

    monkeypatch.setattr(segmenter, "create_engine", create)
    with pytest.raises(EngineError, match=r"^onnxruntime: no memory$"):
        known.assemble(tiny_bundle)
    assert "on openvino it does not run (openvino: no memory)" in log[-1]


def test_an_engine_that_is_named_runs_without_a_probe(tiny_bundle: Bundle) -> None:
    log: list[str] = []
    for name in BOTH:
        named = engines(log, engine=name)
        assert named.assemble(tiny_bundle).engine == name
        assert named.settled == (name == "onnxruntime")
        assert named.unprobed == []
    assert log == []


def test_the_only_engine_is_taken_without_a_probe(tiny_bundle: Bundle) -> None:
    log: list[str] = []
    alone = AutoEngine(EdgeSettings(), log.append, ("onnxruntime",))
    assert alone.assemble(tiny_bundle).engine == "onnxruntime"
    assert alone.settled
    assert log == ["engine auto: onnxruntime, for no other is installed"]


def test_a_probe_that_was_stopped_is_not_kept(tiny_bundle: Bundle, tmp_path: Path) -> None:
    it = engines([])
    it.assemble(tiny_bundle)
    stop = threading.Event()
    stop.set()
    assert it.probe(tiny_bundle, stop=stop) == "onnxruntime"
    assert it.unprobed == [tiny_bundle]
    assert not (tmp_path / "cache").exists()


@pytest.mark.parametrize(
    ("high", "taken"), [(8.0, INT8_ENGINE), (0.01, "openvino")], ids=["agrees", "does not"]
)
def test_int8_runs_a_version_that_agrees_and_the_next_best_another(
    tiny_bundle: Bundle,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    high: float,
    taken: str,
) -> None:
    found = [*FOUND, ProbedEngine(name=INT8_ENGINE, precision="int8", ms=9.0, agreement=1.0)]
    monkeypatch.setattr(auto_engine, "probe_engines", lambda *_, **__: found)
    ranges = ranges_file({"logits.conv.weight": (0.0, high)})
    bundle = variant(tiny_bundle, tmp_path / "int8", 1, int8_file=ranges)
    log: list[str] = []
    it = AutoEngine(EdgeSettings(), log.append, (*BOTH, INT8_ENGINE))
    it.assemble(bundle)
    assert it.probe(bundle, stop=threading.Event()) == INT8_ENGINE
    assert it.assemble(bundle).engine == taken
    assert log[-1].startswith("engine openvino for version 1: on openvino-int8") == (
        taken == "openvino"
    )
    # Fetched by an older package, without the ranges.
    (bundle.path / "int8.safetensors").unlink()
    assert it.assemble(Bundle.load(bundle.path)).engine == "openvino"
