"""Small graphs that both engines run."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import onnx
import pytest
from onnx import helper, numpy_helper

FLOAT = onnx.TensorProto.FLOAT
OPEN = [1, 2, "height", "width"]


def model(nodes, inputs, outputs, initializers=()) -> onnx.ModelProto:
    """Of inputs {name: shape} of float32."""
    graph = helper.make_graph(
        nodes,
        "small",
        [helper.make_tensor_value_info(name, FLOAT, shape) for name, shape in inputs.items()],
        [onnx.ValueInfoProto(name=name) for name in outputs],
        list(initializers),
    )
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)


def number(name: str, *values: float) -> onnx.TensorProto:
    return numpy_helper.from_array(np.array(values, np.float32), name)


@pytest.fixture
def doubler() -> onnx.ModelProto:
    """Twice x, and x in rows of ten, which takes a size that ten divides."""
    nodes = [
        helper.make_node("Mul", ["x", "two"], ["y"]),
        helper.make_node("Reshape", ["x", "rows of ten"], ["z"]),
    ]
    # Not a raw one: it stays in the graph when the other goes into a file.
    rows = helper.make_tensor("rows of ten", onnx.TensorProto.INT64, [2], [-1, 10])
    return model(nodes, {"x": OPEN}, ("z", "y"), [number("two", 2.0), rows])


@pytest.fixture
def ten_wide() -> onnx.ModelProto:
    """x and ten numbers, which takes a width of ten, or of one."""
    nodes = [helper.make_node("Add", ["x", "ten"], ["y"])]
    return model(nodes, {"x": OPEN}, ("y",), [number("ten", *range(10))])


@pytest.fixture
def summer() -> onnx.ModelProto:
    """The sum of 64 numbers, eight times."""
    ones = numpy_helper.from_array(np.ones((64, 8), np.float32), "ones")
    return model([helper.make_node("MatMul", ["x", "ones"], ["y"])], {"x": [1, 64]}, "y", [ones])


@pytest.fixture
def echo() -> onnx.ModelProto:
    """Twice x under two names, x itself, and an input that nothing reads."""
    nodes = [
        helper.make_node("Mul", ["x", "two"], ["y"]),
        helper.make_node("Identity", ["y"], ["again"]),
        helper.make_node("Identity", ["x"], ["itself"]),
    ]
    inputs = {"unread": [1, 2], "x": [1, 3]}
    return model(nodes, inputs, ("again", "itself", "y"), [number("two", 2.0)])


@pytest.fixture
def from_bytes() -> onnx.ModelProto:
    """A picture of bytes becomes one of float32."""
    made = model([helper.make_node("Cast", ["x"], ["y"], to=FLOAT)], {"x": [1, 3]}, ("y",))
    made.graph.input[0].type.tensor_type.elem_type = onnx.TensorProto.UINT8
    return made


@pytest.fixture
def beside(doubler: onnx.ModelProto, tmp_path: Path) -> Path:
    """Folder of the doubler's graph, its number in a file beside it."""
    onnx.save(
        doubler,
        tmp_path / "doubler.onnx",
        save_as_external_data=True,
        location="numbers",
        size_threshold=0,
    )
    assert (tmp_path / "numbers").is_file()
    return tmp_path
