"""Create engines by name; an engine's module is imported only when it is used."""

from __future__ import annotations

import importlib
from collections.abc import Sequence
from pathlib import Path
from types import ModuleType
from typing import Final

from laecips_edge.core.inference.engines.engine import Arrays, Engine, EngineError

# Module and class by engine name; each module also has the function `precision`.
_REGISTRY: Final = {
    "onnxruntime": ("laecips_edge.core.inference.engines.onnx_runtime", "OnnxRuntimeEngine"),
    "openvino": ("laecips_edge.core.inference.engines.openvino", "OpenVinoEngine"),
}
_PACKAGES: Final = {"onnxruntime": "onnxruntime", "openvino": "openvino onnx"}
ENGINE_NAMES: Final = tuple(_REGISTRY)


def create_engine(
    name: str,
    graph: bytes,
    weights: Arrays,
    *,
    providers: Sequence[str] = ("CPUExecutionProvider",),
    threads: int = 1,
    folder: Path | None = None,
) -> Engine:
    """Assemble a network.

    Args:
        name: one of `ENGINE_NAMES`.
        graph: the graph, ONNX.
        weights: float32 arrays for the external initialisers that are in no file, by name.
        providers: devices, best first, by the engine's own names; the first that is here runs the
            network. CPUExecutionProvider is the processor for every engine.
        threads: threads of one run on the CPU, at least 1.
        folder: folder of the files with the other external initialisers.

    Raises:
        EngineError: the engine or every provider is unknown or not installed, or the graph and
            the weights do not fit together.
    """
    module = _module(name)
    if threads < 1:
        raise EngineError(f"engine: threads must be at least 1, got {threads}")
    engine = getattr(module, _REGISTRY[name][1])
    made: Engine = engine(graph, weights, providers=providers, threads=threads, folder=folder)
    return made


def precision_of(name: str, providers: Sequence[str] = ("CPUExecutionProvider",)) -> str:
    """Return the numeric type that an engine uses on this machine: `fp32`, `bf16` or `fp16`.

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


def _is_installed(name: str) -> bool:
    try:
        _module(name)
    except EngineError:
        return False
    return True


def _module(name: str) -> ModuleType:
    if name not in _REGISTRY:
        raise EngineError(f"engine: {name!r} is not known; take one of {', '.join(ENGINE_NAMES)}")
    try:
        return importlib.import_module(_REGISTRY[name][0])
    except ImportError as error:
        raise EngineError(
            f"engine: {name} is not installed here ({error}): pip install {_PACKAGES[name]}"
        ) from error
