"""Conversion of a network exported for one picture to one for several."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import onnx
from onnx import numpy_helper

_SHAPE_AT: Final = {"Reshape": 1, "Expand": 1, "Resize": 3}
"""Which input of a node says the shape of its answer."""


def graph_for_batch(graph: bytes, count: int) -> bytes:
    """Set the first dimension of the input, and of the shapes stored in the graph.

    The caller must test that the network still treats each picture separately: in some networks a
    first dimension of 1 has another meaning.

    Args:
        graph: ONNX with one input, [1, ...].
        count: number of pictures, at least 1.

    Raises:
        Exception: protobuf's exception for a graph that cannot be read.
    """
    model = onnx.load_from_string(graph)
    stored = {value.name for value in model.graph.initializer}
    for value in model.graph.input:
        if value.name not in stored:
            value.type.tensor_type.shape.dim[0].dim_value = count
    del model.graph.value_info[:]
    for value in model.graph.output:
        if value.type.HasField("tensor_type"):  # plain access would create the field
            value.type.tensor_type.ClearField("shape")
    spelt = {
        node.input[place]
        for node in model.graph.node
        if (place := _SHAPE_AT.get(node.op_type)) is not None
        and len(node.input) > place
        and node.input[0] not in stored
        and all(attribute.name != "axes" for attribute in node.attribute)
    }
    for name, tensor in _constants(model):
        if name in spelt:
            shape = numpy_helper.to_array(tensor).copy()
            if shape.ndim == 1 and shape.size > 1 and shape[0] == 1:
                shape[0] = count
                tensor.CopyFrom(numpy_helper.from_array(shape, tensor.name))
    return bytes(model.SerializeToString())


def _constants(model: onnx.ModelProto) -> Iterator[tuple[str, onnx.TensorProto]]:
    """Yield the graph's tensors, with the names that nodes use for them."""
    for tensor in model.graph.initializer:
        if tensor.data_location != onnx.TensorProto.EXTERNAL:
            yield tensor.name, tensor
    for node in model.graph.node:
        if node.op_type == "Constant":
            for attribute in node.attribute:
                if attribute.name == "value":
                    yield node.output[0], attribute.t
