"""Inference engines with one interface, chosen by name."""

from laecips_edge.core.inference.engines.engine import Arrays, Engine, EngineError
from laecips_edge.core.inference.engines.registry import (
    ENGINE_NAMES,
    create_engine,
    installed_engines,
    precision_of,
)

__all__ = [
    "ENGINE_NAMES",
    "Arrays",
    "Engine",
    "EngineError",
    "create_engine",
    "installed_engines",
    "precision_of",
]
