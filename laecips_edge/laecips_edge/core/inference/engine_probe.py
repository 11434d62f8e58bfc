"""Which engine runs a bundle fastest here: each is tried in a process of its own.

An engine that ends its process, or never answers, ends no node. What runs in such a process is
`main`, as `python -m laecips_edge.core.inference.engine_probe`.
"""

from __future__ import annotations

import ctypes
import importlib.util
import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Final

from laecips_edge.core.bundle.bundle import Bundle
from laecips_edge.core.inference.engines import INT8_ENGINE, float_engine, precision_of
from laecips_edge.core.inference.segmenter import Segmenter

REFERENCE: Final = "onnxruntime"
"""The engine that computes in fp32 on every processor."""

LEAST_AGREEMENT: Final = 0.995
"""Share of the agreement frames' pixels that must have the class that fp32 gives them."""

LEAST_GAIN: Final = 1.1
"""A smaller ratio of times is not worth another engine, and may be other load."""

TIMEOUT_S: Final = 60.0
RUNS: Final = 10
_NICENESS: Final = 10  # a robot may be at work meanwhile
_PR_SET_PDEATHSIG: Final = 1
_DIED: Final = "it died of signal "
_CRASHES: Final = tuple(
    f"{_DIED}{number:d}"
    for number in (signal.SIGILL, signal.SIGABRT, signal.SIGBUS, signal.SIGFPE, signal.SIGSEGV)
)
_PACKAGES: Final = {"onnxruntime": ("onnxruntime",), "openvino": ("openvino", "onnx")}
_ROBOT_ENGINES: Final = (*_PACKAGES, INT8_ENGINE)  # the nearest to fp32 first


@dataclass(frozen=True, kw_only=True)
class ProbedEngine:
    """What a probe has found out about an engine.

    Attributes:
        name: the engine.
        precision: what it computes in; empty if it does not run.
        ms: milliseconds of f and h for a frame, the least of several runs; on the processor of its
            time in each thread, which other programs lengthen little.
        agreement: share of the agreement frames' pixels with the class that the exporter's fp32
            gave them, in [0, 1].
        problem: why it does not run, one line; empty if it does.
        lasting: whether the problem would be the same at another try.
    """

    name: str
    precision: str = ""
    ms: float = 0.0
    agreement: float = 0.0
    problem: str = ""
    lasting: bool = True

    @property
    def killed(self) -> bool:
        """Whether a signal ended it that no crash raises, which says nothing of the engine."""
        return self.problem.startswith(_DIED) and self.problem not in _CRASHES

    @property
    def agrees(self) -> bool:
        """Whether it may run: it does, and gives the answers of fp32."""
        return not self.problem and self.agreement >= LEAST_AGREEMENT


def present_engines() -> tuple[str, ...]:
    """Return the engines whose packages are here, without importing them into this process."""
    return tuple(
        name
        for name in _ROBOT_ENGINES
        if all(importlib.util.find_spec(package) for package in _PACKAGES[float_engine(name)])
    )


def able_engines(bundle: Bundle, engines: Sequence[str]) -> tuple[str, ...]:
    """Return those of the engines that a bundle has all for; int8 needs ranges."""
    return tuple(name for name in engines if name != INT8_ENGINE or bundle.int8_file)


def fastest(probed: Sequence[ProbedEngine]) -> str:
    """Return the fastest engine that agrees with fp32.

    One that is further from fp32 must gain enough over the best of those that are nearer.

    Example:
        >>> fastest([ProbedEngine(name="onnxruntime", ms=40.0, agreement=1.0),
        ...          ProbedEngine(name="openvino", ms=20.0, agreement=0.999)])
        'openvino'
    """
    agreeing = {each.name: each.ms for each in probed if each.agrees}
    best, ms = REFERENCE, agreeing.pop(REFERENCE, float("inf"))
    for name in sorted(agreeing, key=_ROBOT_ENGINES.index):
        if agreeing[name] * LEAST_GAIN <= ms:
            best, ms = name, agreeing[name]
    return best


def ranked(probed: Sequence[ProbedEngine], present: Sequence[str]) -> tuple[str, ...]:
    """Return what `fastest` takes, then what it would take without that, and so on.

    The last one is the reference, unless it is not present.
    """
    best = fastest(probed)
    if best == REFERENCE:
        return (REFERENCE,)
    others = [each for each in probed if each.name != best]
    after = ranked(others, present)
    return (best, *(after if after != (REFERENCE,) or REFERENCE in present else ()))


def why(probed: Sequence[ProbedEngine]) -> str:
    """Return in one line what the choice among probed engines stands on."""
    return ", ".join(_words(each) for each in probed)


def table(probed: Sequence[ProbedEngine]) -> str:
    """Return the probes as a table, one line an engine."""
    lines = [f"{'engine':<14}{'precision':<11}{'ms':>8}{'as fp32':>10}  "]
    for each in probed:
        figures = f"{each.ms:>8.1f}{each.agreement:>10.2%}" if not each.problem else " " * 18
        lines.append(f"{each.name:<14}{each.precision:<11}{figures}  {each.problem}")
    return "\n".join(line.rstrip() for line in lines)


def _words(each: ProbedEngine) -> str:
    if each.problem:
        return f"{each.name} does not run ({each.problem})"
    words = f"{each.name} {each.ms:.1f} ms a frame in {each.precision}"
    return words if each.agrees else f"{words} but only {each.agreement:.2%} of fp32's pixels"


def probe_engines(
    bundle: Path,
    *,
    engines: Sequence[str],
    providers: Sequence[str],
    threads: int,
    stop: threading.Event | None = None,
    timeout_s: float = TIMEOUT_S,
) -> list[ProbedEngine]:
    """Try engines one after the other, each in a process of its own.

    Args:
        bundle: folder of the bundle.
        engines: their names.
        providers: see `create_engine`.
        threads: see `create_engine`.
        stop: once it is set, the probe ends soon and returns what it has.
        timeout_s: seconds after which an engine counts as one that does not run.
    """
    stop = stop or threading.Event()
    probed = []
    for name in engines:
        command = [sys.executable, "-m", __name__, str(os.getpid()), str(bundle), name]
        command += [str(threads), *providers]
        found = _answer(name, command, stop=stop, timeout_s=timeout_s)
        if stop.is_set():
            break
        probed.append(found)
    return probed


def _answer(
    name: str, command: Sequence[str], *, stop: threading.Event, timeout_s: float
) -> ProbedEngine:
    ends_s = time.monotonic() + timeout_s
    with subprocess.Popen(
        command,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,  # a Ctrl-C is for the node, which then stops the probe
    ) as process:
        while True:
            try:
                out, error = process.communicate(timeout=0.2)
                break
            except subprocess.TimeoutExpired:
                if stop.is_set() or time.monotonic() > ends_s:
                    process.kill()
                    process.communicate()
                    problem = f"no answer within {timeout_s:g} s"
                    return ProbedEngine(name=name, problem=problem, lasting=False)
    if process.returncode < 0:
        died = ProbedEngine(name=name, problem=f"{_DIED}{-process.returncode}")
        return replace(died, lasting=not died.killed)
    lines = error.strip().splitlines() or ["no reason given"]
    if process.returncode:
        return ProbedEngine(name=name, problem=" ".join(lines[-1].split()))
    try:
        return ProbedEngine(**json.loads(out.splitlines()[-1]))
    except (ValueError, TypeError, IndexError):
        return ProbedEngine(name=name, problem="it gave no figures")


def measured(bundle: Bundle, name: str, *, providers: Sequence[str], threads: int) -> ProbedEngine:
    """Run a bundle's agreement frames on an engine in this process.

    Raises:
        EngineError: the engine does not run the bundle.
        BundleError: a frame cannot be read, or an answer is not the exporter's.
    """
    segmenter = Segmenter(bundle, engine=name, providers=providers, threads=threads)
    segmenter.self_test()
    agreement = segmenter.agreement()
    on_processor = segmenter.device.startswith("CPU")
    clock, share = (time.process_time, threads) if on_processor else (time.perf_counter, 1)
    frames = bundle.agreement()[:1]
    times = []
    for _ in range(RUNS if frames else 0):
        started = clock()
        segmenter.trust(segmenter.logits(frames[0].rgb, frames[0].depth))
        times.append(1e3 * (clock() - started) / share)
    return ProbedEngine(
        name=name,
        precision=precision_of(name, (segmenter.device,)),
        ms=min(times, default=0.0),
        agreement=agreement,
    )


def main(arguments: Sequence[str]) -> int:
    """Probe one engine here and print what was found as JSON; return the exit status."""
    parent, bundle, name, threads, *providers = arguments
    _end_with(int(parent))
    os.nice(_NICENESS)
    try:
        found = measured(Bundle.load(bundle), name, providers=providers, threads=int(threads))
    except ValueError as error:
        print(" ".join(str(error).split()), file=sys.stderr)
        return 1
    print(json.dumps(asdict(found)))
    return 0


def _end_with(parent: int) -> None:
    """Let the system kill this process once its parent ends, even if that is killed."""
    prctl = getattr(ctypes.CDLL(None), "prctl", None)  # only Linux has it
    if prctl is not None:
        prctl(_PR_SET_PDEATHSIG, int(signal.SIGKILL))
    if os.getppid() != parent:  # it has ended already
        sys.exit(1)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
