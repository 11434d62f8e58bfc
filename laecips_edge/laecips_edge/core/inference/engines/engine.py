"""The interface of every inference engine."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

Arrays = Mapping[str, NDArray[np.float32]]
Shapes = Mapping[str, tuple[int | None, ...]]


class EngineError(ValueError):
    """An engine cannot be made or run; the message says why and what to do."""


class Engine(Protocol):
    """One network, assembled on an engine.

    Attributes:
        inputs: shapes of the inputs by name; None is a length that may vary.
        outputs: names of the outputs.
        device: the provider that runs it, by the engine's own name.
    """

    inputs: Shapes
    outputs: tuple[str, ...]
    device: str

    def run(self, inputs: Arrays) -> dict[str, NDArray[np.float32]]:
        """Run the network once.

        Args:
            inputs: float32 arrays by input name, with the shapes of `inputs`.

        Returns:
            float32 arrays by output name; the next run does not overwrite them.

        Raises:
            EngineError: an input is missing or has another shape or type, or the engine fails.
        """
        ...


def require_inputs(engine: str, shapes: Shapes, inputs: Arrays) -> None:
    """Check that a network's inputs are complete, float32, and of the right shapes.

    Args:
        engine: name of the engine, for the message.
        shapes: shapes by input name, see `Engine.inputs`.
        inputs: the arrays to check.

    Raises:
        EngineError: they differ; the message has the expected and the given shapes.
    """
    found = {name: array.shape for name, array in inputs.items()}
    if not _fit(shapes, found) or any(array.dtype != np.float32 for array in inputs.values()):
        types = sorted({str(array.dtype) for array in inputs.values()})
        raise EngineError(f"{engine}: inputs must be {shapes} of float32, got {found} of {types}")


def _fit(shapes: Shapes, found: Mapping[str, tuple[int, ...]]) -> bool:
    return found.keys() == shapes.keys() and all(
        len(shape) == len(found[name])
        and all(n in (None, m) for n, m in zip(shape, found[name], strict=True))
        for name, shape in shapes.items()
    )
