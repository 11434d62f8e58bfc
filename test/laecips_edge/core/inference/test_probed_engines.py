"""What is kept of probes, and when it holds."""

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from laecips_edge.core.inference.engine_probe import ProbedEngine
from laecips_edge.core.inference.probed_engines import ProbedEngines

CPU = ("CPUExecutionProvider",)
FOUND = [ProbedEngine(name="onnxruntime", precision="fp32", ms=40.0, agreement=1.0)]


def manifest(graph: str = "f") -> Any:
    return SimpleNamespace(files={"graph_f.onnx": graph, "graph_h.onnx": "h", "weights": "w"})


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    return tmp_path / "laecips" / "engines"


def test_what_was_found_is_known_at_the_next_start(cache: Path) -> None:
    ProbedEngines(providers=CPU, threads=1).write(manifest(), FOUND)
    assert ProbedEngines(providers=CPU, threads=1).read(manifest()) == FOUND
    assert len(list(cache.iterdir())) == 1


@pytest.mark.parametrize(
    ("graph", "providers", "threads"),
    [("another", CPU, 1), ("f", ("GPU", *CPU), 1), ("f", CPU, 2)],
    ids=["another network", "other devices", "more threads"],
)
def test_it_holds_for_nothing_else(graph: str, providers: tuple[str, ...], threads: int) -> None:
    ProbedEngines(providers=CPU, threads=1).write(manifest(), FOUND)
    assert ProbedEngines(providers=providers, threads=threads).read(manifest(graph)) == []


@pytest.mark.parametrize(
    "content",
    ["", "{", "[1]", '[{"name": "x", "speed": 3}]', '[{"name": "x", "problem": 3}]'],
)
def test_a_damaged_file_says_nothing(cache: Path, content: str) -> None:
    kept = ProbedEngines(providers=CPU, threads=1)
    kept.write(manifest(), FOUND)
    next(iter(cache.iterdir())).write_text(content, encoding="utf-8")
    assert kept.read(manifest()) == []


def test_what_another_try_may_find_otherwise_is_not_kept(cache: Path) -> None:
    late = ProbedEngine(name="openvino", problem="no answer within 60 s", lasting=False)
    ProbedEngines(providers=CPU, threads=1).write(manifest(), [*FOUND, late])
    assert not cache.exists()


@pytest.mark.parametrize(
    ("signal", "believed"), [(11, True), (6, True), (2, False), (9, False), (15, False)]
)
def test_an_engine_that_was_killed_from_outside_is_tried_again(signal: int, believed: bool) -> None:
    """Earlier versions kept it: a Ctrl-C during the probe ended the probe before the node."""
    found = [*FOUND, ProbedEngine(name="openvino", problem=f"it died of signal {signal}")]
    ProbedEngines(providers=CPU, threads=1).write(manifest(), found)
    assert ProbedEngines(providers=CPU, threads=1).read(manifest()) == (found if believed else [])
