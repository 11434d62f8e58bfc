"""Which engine is taken, and engines that crash or hang."""

import os
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from laecips_edge.core.bundle.bundle import Bundle
from laecips_edge.core.inference.engine_probe import (
    ProbedEngine,
    able_engines,
    fastest,
    present_engines,
    probe_engines,
    ranked,
    table,
    why,
)
from laecips_edge.core.inference.engines import ENGINE_NAMES, INT8_ENGINE, installed_engines
from processes import until

CPU = ("CPUExecutionProvider",)
USUAL = ProbedEngine(name="onnxruntime", precision="fp32", ms=40.0, agreement=1.0)


def openvino(ms: float = 20.0, agreement: float = 0.999, problem: str = "") -> ProbedEngine:
    return ProbedEngine(
        name="openvino", precision="bf16", ms=ms, agreement=agreement, problem=problem
    )


@pytest.mark.parametrize(
    ("other", "taken"),
    [
        (openvino(), "openvino"),
        (openvino(agreement=0.995), "openvino"),
        (openvino(agreement=0.9949), "onnxruntime"),
        (openvino(ms=38.0), "onnxruntime"),  # not worth it
        (openvino(ms=60.0), "onnxruntime"),
        (openvino(problem="it died of signal 11"), "onnxruntime"),
    ],
    ids=["faster", "just agrees", "differs", "hardly faster", "slower", "dead"],
)
def test_the_fastest_that_agrees_is_taken(other: ProbedEngine, taken: str) -> None:
    assert fastest([USUAL, other]) == fastest([other, USUAL]) == taken


def int8(ms: float, agreement: float = 0.998) -> ProbedEngine:
    return ProbedEngine(name=INT8_ENGINE, precision="int8", ms=ms, agreement=agreement)


@pytest.mark.parametrize(
    ("probed", "order"),
    [
        ([USUAL, openvino(20.0), int8(15.0)], (INT8_ENGINE, "openvino", "onnxruntime")),
        ([USUAL, openvino(20.0), int8(19.0)], ("openvino", INT8_ENGINE, "onnxruntime")),
        ([USUAL, openvino(20.0), int8(15.0, 0.99)], ("openvino", "onnxruntime")),
        ([USUAL, openvino(39.0), int8(38.0)], ("onnxruntime",)),
        ([USUAL, openvino(39.0), int8(30.0)], (INT8_ENGINE, "onnxruntime")),
    ],
    ids=["gains", "gains too little over bfloat16", "differs", "none gains", "gains alone"],
)
def test_what_is_further_from_fp32_must_gain_over_what_is_nearer(
    probed: list[ProbedEngine], order: tuple[str, ...]
) -> None:
    assert ranked(probed, ["onnxruntime", "openvino", INT8_ENGINE]) == order
    assert fastest(probed[::-1]) == order[0]


def test_without_the_reference_the_last_of_the_others_runs_what_none_agrees_with() -> None:
    assert ranked([openvino(20.0), int8(15.0)], ["openvino", INT8_ENGINE]) == (
        INT8_ENGINE,
        "openvino",
    )


def test_int8_is_for_bundles_with_ranges(tiny_bundle: Bundle) -> None:
    names = ["onnxruntime", "openvino", INT8_ENGINE]
    assert able_engines(tiny_bundle, names) == ("onnxruntime", "openvino")


def test_where_the_reference_does_not_run_another_is_taken() -> None:
    dead = ProbedEngine(name="onnxruntime", problem="no provider")
    assert fastest([dead, openvino()]) == "openvino"
    assert fastest([dead]) == fastest([]) == "onnxruntime"


def test_what_is_said_of_them() -> None:
    assert why([USUAL, openvino(agreement=0.98)]) == (
        "onnxruntime 40.0 ms a frame in fp32, "
        "openvino 20.0 ms a frame in bf16 but only 98.00% of fp32's pixels"
    )
    assert why([openvino(problem="it hangs")]) == "openvino does not run (it hangs)"
    lines = table([USUAL, openvino(problem="it hangs")]).splitlines()
    assert lines[0].split() == ["engine", "precision", "ms", "as", "fp32"]
    assert lines[1].split() == ["onnxruntime", "fp32", "40.0", "100.00%"]
    assert lines[2].endswith("it hangs")


def test_what_is_installed_is_found_without_importing_it() -> None:
    floats = set(present_engines()) - {INT8_ENGINE}
    assert floats == set(installed_engines()) <= set(ENGINE_NAMES)
    assert (INT8_ENGINE in present_engines()) == ("openvino" in floats)


@pytest.mark.slow
def test_an_engine_runs_in_a_process_of_its_own(tiny_bundle: Bundle) -> None:
    (found,) = probe_engines(tiny_bundle.path, engines=["onnxruntime"], providers=CPU, threads=1)
    assert found.agrees
    assert found.ms > 0
    assert found.precision == "fp32"


def openvino_is(code: str, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let processes that are started from now on import this as openvino."""
    (folder / "openvino.py").write_text(code, encoding="utf-8")
    monkeypatch.setenv("PYTHONPATH", f"{folder}:{os.environ.get('PYTHONPATH', '')}")


@pytest.mark.slow
@pytest.mark.parametrize(
    ("code", "problem", "lasting", "patience_s"),
    [
        ("import os; os.kill(os.getpid(), 11)", "it died of signal 11", True, 60.0),
        ("import os; os.kill(os.getpid(), 9)", "it died of signal 9", False, 60.0),
        ("raise ImportError('broken\\nbinary')", "openvino is not installed here", True, 60.0),
        ("import time; time.sleep(60)", "no answer within 3 s", False, 3.0),
    ],
    ids=["crashes", "is killed", "cannot be imported", "hangs"],
)
def test_an_engine_that_fails_ends_nothing_else(
    tiny_bundle: Bundle,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    code: str,
    problem: str,
    lasting: bool,
    patience_s: float,
) -> None:
    openvino_is(code, tmp_path, monkeypatch)
    (found,) = probe_engines(
        tiny_bundle.path, engines=["openvino"], providers=CPU, threads=1, timeout_s=patience_s
    )
    assert problem in found.problem
    assert (found.lasting, found.agrees) == (lasting, False)


def test_a_probe_can_be_stopped(tiny_bundle: Bundle) -> None:
    stop = threading.Event()
    stop.set()
    assert (
        probe_engines(
            tiny_bundle.path, engines=["onnxruntime"], providers=CPU, threads=1, stop=stop
        )
        == []
    )


@pytest.mark.slow
def test_no_signal_to_the_group_of_a_node_reaches_its_probe_which_ends_with_it(
    tiny_bundle: Bundle, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    began = tmp_path / "began"
    openvino_is(
        "import os, pathlib, time\n"
        f"pathlib.Path('{began}.part').write_text(f'{{os.getpid()}} {{os.getpgid(0)}}')\n"
        f"os.rename('{began}.part', '{began}')\n"
        "time.sleep(600)",
        tmp_path,
        monkeypatch,
    )
    node = (
        "from pathlib import Path; from laecips_edge.core.inference import engine_probe as it; "
        f"it.probe_engines(Path('{tiny_bundle.path}'), engines=['openvino'], "
        f"providers={CPU}, threads=1)"
    )
    with subprocess.Popen([sys.executable, "-c", node], start_new_session=True) as process:
        until(began.exists)
        probe, group = map(int, began.read_text().split())
        assert group == probe != process.pid
        process.send_signal(signal.SIGKILL)
    until(lambda: not runs(probe))


def runs(process: int) -> bool:
    """Whether a process runs; one that has ended may wait for its parent still."""
    try:
        state = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0]
    except FileNotFoundError:
        return False
    return state != "Z"
