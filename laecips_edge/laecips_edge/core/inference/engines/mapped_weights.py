"""Memory-map the weights in files beside an ONNX graph, instead of reading them into memory.

Needs the package `onnx`.
"""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any, Final

import numpy as np
import onnx
from numpy.typing import NDArray

_TYPES: Final = {onnx.TensorProto.FLOAT: np.float32, onnx.TensorProto.FLOAT16: np.float16}
_LARGE: Final = 4096
"""Number of values from which a weight is mapped. Smaller ones may be shapes or indices, which an
engine needs while it builds the network."""


def map_weights(model: onnx.ModelProto, folder: Path) -> dict[str, NDArray[Any]]:
    """Map the large initialisers in external files; turn them into inputs of the graph.

    Args:
        model: the graph, changed in place; initialisers of types other than float32 and float16
            stay.
        folder: folder of the files that the graph names.

    Returns:
        float32 or float16 arrays by name. Each is a private mapping: a change stays in memory.

    Raises:
        ValueError: a file is outside the folder, missing or too short; the message names the
            weight.
    """
    mapped = {}
    inside = []
    inputs = {value.name for value in model.graph.input}  # old graphs list initialisers too
    for tensor in model.graph.initializer:
        external = tensor.data_location == onnx.TensorProto.EXTERNAL
        if external and tensor.data_type in _TYPES and math.prod(tensor.dims) >= _LARGE:
            mapped[tensor.name] = _map(tensor, folder.resolve())
            if tensor.name not in inputs:
                model.graph.input.append(
                    onnx.helper.make_tensor_value_info(tensor.name, tensor.data_type, tensor.dims)
                )
        else:
            inside.append(tensor)
    if mapped:
        kept = [onnx.TensorProto.FromString(tensor.SerializeToString()) for tensor in inside]
        del model.graph.initializer[:]
        model.graph.initializer.extend(kept)
    return mapped


def _map(tensor: onnx.TensorProto, folder: Path) -> NDArray[Any]:
    said = {entry.key: entry.value for entry in tensor.external_data}
    path = (folder / said.get("location", "")).resolve()
    if not path.is_relative_to(folder):
        raise ValueError(f"{tensor.name}: {path} does not lie in {folder}")
    try:
        return np.memmap(
            path,
            _TYPES[tensor.data_type],
            # Not "r": OpenVINO refuses read-only arrays.
            mode="c",
            offset=int(said.get("offset", 0)),
            shape=tuple(tensor.dims),
        )
    except (OSError, ValueError) as error:
        raise ValueError(f"{tensor.name}: cannot be read from {path} ({error})") from error
