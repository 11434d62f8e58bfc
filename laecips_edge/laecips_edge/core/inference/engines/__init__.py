"""Inference engines with one interface, chosen by name."""

from laecips_edge.core.inference.engines.engine import Arrays, Engine, EngineError
from laecips_edge.core.inference.engines.registry import (
    ENGINE_NAMES,
    INT8_ENGINE,
    create_engine,
    float_engine,
    installed_engines,
    precision_of,
)

__all__ = [
    "ENGINE_NAMES",
    "INT8_ENGINE",
    "Arrays",
    "Engine",
    "EngineError",
    "create_engine",
    "float_engine",
    "installed_engines",
    "precision_of",
]
