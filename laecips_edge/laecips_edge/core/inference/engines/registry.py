"""Create engines by name; an engine's module is imported only when it is used."""

from __future__ import annotations

import functools
import importlib
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import ModuleType
from typing import Final

from laecips_edge.core.inference.engines.engine import Arrays, Engine, EngineError

OPENVINO: Final = "openvino"

# Module and class by engine name; each module also has the function `precision`.
_REGISTRY: Final = {
    "onnxruntime": ("laecips_edge.core.inference.engines.onnx_runtime", "OnnxRuntimeEngine"),
    OPENVINO: ("laecips_edge.core.inference.engines.openvino", "OpenVinoEngine"),
}
_PACKAGES: Final = {"onnxruntime": "onnxruntime", OPENVINO: "openvino onnx"}
ENGINE_NAMES: Final = tuple(_REGISTRY)
"""Engines that run any network."""

INT8_ENGINE: Final = "openvino-int8"
"""Engine that runs a network whose convolutions' ranges of inputs are known."""

_MODULES: Final = _REGISTRY | {
    INT8_ENGINE: ("laecips_edge.core.inference.engines.openvino_int8", "OpenVinoInt8Engine")
}


def create_engine(
    name: str,
    graph: bytes,
    weights: Arrays,
    *,
    providers: Sequence[str] = ("CPUExecutionProvider",),
    threads: int = 1,
    folder: Path | None = None,
    ranges: Mapping[str, tuple[float, float]] | None = None,
) -> Engine:
    """Assemble a network.

    Args:
        name: one of `ENGINE_NAMES`, or `INT8_ENGINE`.
        graph: the graph, ONNX.
        weights: float32 arrays for the external initialisers that are in no file, by name.
        providers: devices, best first, by the engine's own names; the first that is here runs the
            network. CPUExecutionProvider is the processor for every engine.
        threads: threads of one run on the CPU, at least 1.
        folder: folder of the files with the other external initialisers.
        ranges: smallest and largest input of the convolutions, by name of their weight; for
            `INT8_ENGINE` alone.

    Raises:
        EngineError: the engine or every provider is unknown or not installed, or the graph and
            the weights do not fit together.
    """
    module = _module(name)
    if threads < 1:
        raise EngineError(f"engine: threads must be at least 1, got {threads}")
    engine = getattr(module, _MODULES[name][1])
    if name == INT8_ENGINE:
        engine = functools.partial(engine, ranges=ranges)
    made: Engine = engine(graph, weights, providers=providers, threads=threads, folder=folder)
    return made


def precision_of(name: str, providers: Sequence[str] = ("CPUExecutionProvider",)) -> str:
    """Return the numeric type that an engine uses here: `fp32`, `bf16`, `fp16` or `int8`.

    Args:
        name: see `create_engine`.
        providers: see `create_engine`.

    Raises:
        EngineError: the engine or every provider is unknown or not installed.
    """
    answer: str = _module(name).precision(providers)
    return answer


def installed_engines() -> tuple[str, ...]:
    """Return the names of `ENGINE_NAMES` whose packages are installed."""
    return tuple(name for name in ENGINE_NAMES if _is_installed(name))


def float_engine(name: str) -> str:
    """Return the engine that runs what an engine cannot: of `INT8_ENGINE` the one it is made of."""
    return OPENVINO if name == INT8_ENGINE else name


def _is_installed(name: str) -> bool:
    try:
        _module(name)
    except EngineError:
        return False
    return True


def _module(name: str) -> ModuleType:
    if name not in _MODULES:
        raise EngineError(f"engine: {name!r} is not known; take one of {', '.join(_MODULES)}")
    try:
        return importlib.import_module(_MODULES[name][0])
    except ImportError as error:
        raise EngineError(
            f"engine: {name} is not installed here ({error}): "
            f"pip install {_PACKAGES[float_engine(name)]}"
        ) from error
