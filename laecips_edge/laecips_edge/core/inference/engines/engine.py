"""What every inference engine can do."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

Arrays = Mapping[str, NDArray[np.float32]]
Shapes = Mapping[str, tuple[int | None, ...]]


class EngineError(ValueError):
    """An engine that cannot be made or run; the message says what and what to do."""


class Engine(Protocol):
    """One assembled network.

    Attributes:
        inputs: shapes of the inputs by name; None for a length that may be anything.
        outputs: names of the outputs.
    """

    inputs: Shapes
    outputs: tuple[str, ...]

    def run(self, inputs: Arrays) -> dict[str, NDArray[np.float32]]:
        """Run the network once.

        Args:
            inputs: float32 by the graph's input names, of the shapes that it was exported for.

        Returns:
            float32 by the graph's output names; the caller's own, the next run leaves them alone.

        Raises:
            EngineError: an input is missing or has another shape, or the engine fails.
        """
        ...


def require_inputs(engine: str, shapes: Shapes, inputs: Arrays) -> None:
    """Checks that a network's inputs are all there, float32, and of its shapes.

    Args:
        engine: its name, for the message.
        shapes: as `Engine.inputs` has them.
        inputs: what it is to be run on.

    Raises:
        EngineError: they are not; it names both.
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
