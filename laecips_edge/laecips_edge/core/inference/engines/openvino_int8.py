"""The engine OpenVINO with the convolutions of a network in int8.

Only what a convolution reads is rounded: its input, in 256 steps of the range that the exporter
measured, and its weights, in 255 steps for each output channel. What it gives is not, nor is
anything else: rounded sums of residual blocks cost more pixels than all convolutions together.

Weights are rounded when the network is assembled, so that those of an update need no file of their
own. Needs the packages `openvino` and `onnx`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from laecips_edge.core.inference.engines.engine import Arrays, EngineError
from laecips_edge.core.inference.engines.int8_steps import STEPS, TINY, int8_steps
from laecips_edge.core.inference.engines.openvino import OpenVinoEngine, ov

PRECISION: Final = "int8"

_WEIGHT_STEPS: Final = 255


class OpenVinoInt8Engine(OpenVinoEngine):
    """As `OpenVinoEngine`, with those convolutions in int8 whose range of inputs is known."""

    def __init__(
        self,
        graph: bytes,
        weights: Arrays,
        *,
        providers: Sequence[str],
        threads: int,
        folder: Path | None = None,
        ranges: Mapping[str, tuple[float, float]] | None = None,
    ) -> None:
        """See `create_engine`."""
        if not ranges:
            raise EngineError(
                "openvino-int8: the bundle has no ranges for int8; measure them with "
                "`laecips quantise`, or take another engine"
            )
        self._ranges = ranges
        super().__init__(graph, weights, providers=providers, threads=threads, folder=folder)

    def _prepare(self, model: Any) -> None:
        rounded: dict[tuple[str, int], Any] = {}
        for node in model.get_ops():
            if node.get_type_name() != "Convolution":
                continue
            source, weight = node.input_value(0), node.input_value(1).get_node()
            found = self._ranges.get(weight.get_friendly_name())
            if found is None or weight.get_type_name() != "Constant":
                continue
            # Convolutions that read the same array have the same range.
            key = source.get_node().get_friendly_name(), source.get_index()
            if key not in rounded:
                low, high = steps_with_zero(*found)
                rounded[key] = _rounding(source, low, high, steps=STEPS)
            node.input(0).replace_source_output(rounded[key].output(0))
            largest = np.abs(weight.data).max(axis=(1, 2, 3), keepdims=True)
            largest = np.maximum(largest, np.float32(TINY))
            of_weight = _rounding(weight.output(0), -largest, largest, steps=_WEIGHT_STEPS)
            node.input(1).replace_source_output(of_weight.output(0))
        if not rounded:
            raise ValueError("no convolution of the graph has a range")


def precision(providers: Sequence[str]) -> str:
    """See `precision_of`."""
    return PRECISION


def steps_with_zero(low: float, high: float) -> tuple[float, float]:
    """Return a range of 256 steps, one of which is 0, that has about the given one in it.

    Args:
        low: smallest value.
        high: largest value.

    Example:
        >>> steps_with_zero(0.0, 51.0)
        (0.0, 51.0)
        >>> steps_with_zero(-1.0, 254.0)
        (-1.0, 254.0)
    """
    step, below = int8_steps(low, high)
    return -below * step + 0.0, (STEPS - 1 - below) * step


def _rounding(source: Any, low: float | NDArray, high: float | NDArray, *, steps: int) -> Any:
    bounds = [ov.op.Constant(np.asarray(bound, np.float32)) for bound in (low, high)]
    return ov.opset13.fake_quantize(source, *bounds, *bounds, steps)
