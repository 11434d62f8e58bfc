"""Engines by name; each is imported only when it is asked for."""

from __future__ import annotations

import importlib
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from laecips_edge.core.engines.engine import Arrays, Engine, EngineError

_REGISTRY: Final = {
    "onnxruntime": "laecips_edge.core.engines.onnx_runtime:OnnxRuntimeEngine",
}
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
        graph: ONNX.
        weights: float32 by the names of initialisers that are external and in no file.
        providers: where to run, best first; names as the engine has them.
        threads: for one run on the CPU.
        folder: where files lie that the graph names for its other external initialisers.

    Raises:
        EngineError: the engine or a provider is not known or not there, or the graph and the
            weights do not fit together.
    """
    if name not in _REGISTRY:
        raise EngineError(f"engine: {name!r} is not known; take one of {', '.join(ENGINE_NAMES)}")
    if threads < 1:
        raise EngineError(f"engine: threads must be at least 1, got {threads}")
    module, _, class_name = _REGISTRY[name].partition(":")
    try:
        engine = getattr(importlib.import_module(module), class_name)
    except ImportError as error:
        raise EngineError(f"engine: {name} is not installed here ({error})") from error
    made: Engine = engine(graph, weights, providers=providers, threads=threads, folder=folder)
    return made
