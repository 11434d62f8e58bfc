"""Int8 for an exported network's products with large weights; for CPUs without bfloat16.

Weights are rounded at export, to 127 steps per column. The other factor is rounded at run time, to
255 steps per row, so that large numbers at one place of the picture do not reduce the precision of
other places. With as few steps two products fit into 16 bits, which is all that processors without
VNNI have for their sum: an export means the same on each of them.
"""

from __future__ import annotations

from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

_LARGE: Final = 1 << 12  # values of a weight; rounding smaller weights saves nothing
_STEPS: Final = 63  # on either side of 0
_MIDDLE: Final = 128  # the zero point of the left factors' uint8 values
_TINY: Final = 1e-20  # smallest step, for a row of zeros


def to_int8(graph: Any) -> int:
    """Replace `MatMul` and `Gemm` whose weight is large and two-dimensional.

    Args:
        graph: `onnx_ir.Graph` whose weights are float32 initialisers and whose sizes are known;
            changed in place.

    Returns:
        The number of replaced nodes.
    """
    replaced = 0
    for node in list(graph):
        weight = _weight(node)
        if weight is not None:
            _replace(graph, node, weight)
            replaced += 1
    for name, value in list(graph.initializers.items()):
        if not value.uses() and not value.is_graph_output():
            del graph.initializers[name]
    return replaced


def rounded(weight: NDArray[np.float32]) -> tuple[NDArray[np.int8], NDArray[np.float32]]:
    """Round a weight [K, N] to -63 to 63; return it with the step of each column, float32 [N]."""
    steps = np.maximum(np.abs(weight).max(axis=0) / np.float32(_STEPS), np.float32(_TINY))
    return np.rint(weight / steps).astype(np.int8), steps


def _weight(node: Any) -> NDArray[np.float32] | None:
    """Return a node's large weight as [K, N]; None if it has none."""
    if node.op_type not in ("MatMul", "Gemm"):
        return None
    tensor = node.inputs[1].const_value
    if tensor is None or len(tensor.shape) != 2 or tensor.size < _LARGE:
        return None
    transposed = node.op_type == "Gemm" and node.attributes.get_int("transB", 0)
    weight = np.asarray(tensor.numpy(), np.float32)
    return weight.T if transposed else weight


def _replace(graph: Any, node: Any, weight: NDArray[np.float32]) -> None:
    import onnx_ir as ir  # noqa: PLC0415 (slow to import)

    out = node.outputs[0]
    base = out.name
    sizes = [int(size) for size in node.inputs[0].shape]
    rows, (depth, width) = int(np.prod(sizes[:-1])), weight.shape

    def constant(name: str, array: NDArray[Any]) -> Any:
        tensor = ir.tensor(array)
        value = ir.Value(
            name=f"{base}.{name}",
            shape=ir.Shape(array.shape),
            type=ir.TensorType(tensor.dtype),
            const_value=tensor,
        )
        graph.initializers.add(value)
        return value

    made: list[Any] = []

    def add(operator: str, *inputs: Any, **attributes: Any) -> Any:
        made.append(ir.node(operator, list(inputs), attributes))
        return made[-1].outputs[0]

    integers, steps = rounded(weight)
    flat = add("Reshape", node.inputs[0], constant("flat", np.array([rows, depth])))
    axis = constant("axis", np.array([1]))
    # Not the maximum of absolute values: that needs one more array of this size.
    lowest = add("ReduceMin", flat, axis, keepdims=0)
    largest = add("Max", add("ReduceMax", flat, axis, keepdims=0), add("Neg", lowest))
    share = constant("share", np.array(1 / _STEPS, np.float32))
    step = add("Max", add("Mul", largest, share), constant("tiny", np.array(_TINY, np.float32)))
    zeros = constant("zeros", np.full(rows, _MIDDLE, np.uint8))
    bytes_ = add("QuantizeLinear", flat, step, zeros, axis=0)
    middle = constant("middle", np.array(_MIDDLE, np.uint8))
    product = add("MatMulInteger", bytes_, constant("int8", integers), middle)
    wide = add("Mul", add("Cast", product, to=ir.DataType.FLOAT), constant("steps", steps))
    column = add("Reshape", step, constant("column", np.array([rows, 1])))
    answer = add("Mul", wide, column)
    if node.op_type == "Gemm" and len(node.inputs) > 2:
        answer = add("Add", answer, node.inputs[2])
    answer = add("Reshape", answer, constant("shape", np.array([*sizes[:-1], width])))
    answer.shape, answer.type = out.shape, out.type
    graph.insert_before(node, made)
    ir.convenience.replace_all_uses_with(out, answer, replace_graph_outputs=True)
    graph.remove(node, safe=True)
    answer.name = base
