"""What every inference engine can do."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

Arrays = Mapping[str, NDArray[np.float32]]


class EngineError(ValueError):
    """An engine that cannot be made or run; the message says what and what to do."""


class Engine(Protocol):
    """One assembled network.

    Attributes:
        inputs: shapes of the inputs by name; None for a length that may be anything.
        outputs: names of the outputs.
    """

    inputs: Mapping[str, tuple[int | None, ...]]
    outputs: tuple[str, ...]

    def run(self, inputs: Arrays) -> dict[str, NDArray[np.float32]]:
        """Run the network once.

        Args:
            inputs: float32 by the graph's input names, of the shapes that it was exported for.

        Returns:
            float32 by the graph's output names.

        Raises:
            EngineError: an input is missing or has another shape, or the engine fails.
        """
        ...
