"""Products in int8: standard operators, close to the ones in float32, row by row."""

import numpy as np
import onnx
import pytest
from laecips_edge.core.inference.engines import create_engine

pytest.importorskip("torch")
ir = pytest.importorskip("onnx_ir")

from laecips_cloud.mask_generators.sam.export.int8 import rounded, to_int8  # noqa: E402

RNG = np.random.default_rng(0)
SHAPE = [2, 3, 64]


def model(operator: str, weight: np.ndarray, **attributes: int) -> onnx.ModelProto:
    """x [2, 3, 64] or [6, 64] times a weight, plus a bias where it is a Gemm."""
    gemm = operator == "Gemm"
    width = weight.shape[0 if attributes else 1]
    shape = [6, 64] if gemm else SHAPE
    bias = onnx.numpy_helper.from_array(np.arange(width, dtype=np.float32), "bias")
    graph = onnx.helper.make_graph(
        [
            onnx.helper.make_node(
                operator, ["x", "w", "bias"][: 3 if gemm else 2], ["y"], **attributes
            )
        ],
        "product",
        [onnx.helper.make_tensor_value_info("x", onnx.TensorProto.FLOAT, shape)],
        [onnx.helper.make_tensor_value_info("y", onnx.TensorProto.FLOAT, [*shape[:-1], width])],
        [onnx.numpy_helper.from_array(weight, "w"), *([bias] if gemm else [])],
    )
    return onnx.helper.make_model(
        graph, opset_imports=[onnx.helper.make_opsetid("", 20)], ir_version=9
    )


def changed(proto: onnx.ModelProto) -> tuple[onnx.ModelProto, int]:
    whole = ir.from_proto(proto)
    count = to_int8(whole.graph)
    made = ir.to_proto(whole)
    onnx.checker.check_model(made, full_check=True)
    return made, count


def answer(proto: onnx.ModelProto, x: np.ndarray) -> np.ndarray:
    return create_engine("onnxruntime", proto.SerializeToString(), {}).run({"x": x})["y"]


@pytest.mark.parametrize(
    ("operator", "attributes"), [("MatMul", {}), ("Gemm", {}), ("Gemm", {"transB": 1})]
)
def test_answers_are_close(operator: str, attributes: dict[str, int]) -> None:
    weight = RNG.normal(size=(80, 64) if attributes else (64, 80)).astype(np.float32)
    float32 = model(operator, weight, **attributes)
    int8, count = changed(float32)
    assert count == 1
    assert "MatMulInteger" in {node.op_type for node in int8.graph.node}
    assert operator not in {node.op_type for node in int8.graph.node}
    assert {value.name for value in int8.graph.initializer} & {"w"} == set()
    x = RNG.normal(size=[6, 64] if operator == "Gemm" else SHAPE).astype(np.float32)
    expected, found = answer(float32, x), answer(int8, x)
    assert found.shape == expected.shape
    assert 0 < np.abs(found - expected).mean() < 0.015 * expected.std()


def test_a_large_row_costs_the_others_nothing() -> None:
    proto = model("MatMul", RNG.normal(size=(64, 80)).astype(np.float32))
    int8, _ = changed(proto)
    x = RNG.normal(size=SHAPE).astype(np.float32)
    alone = answer(int8, x)
    x[0, 0] *= 1e4
    assert np.array_equal(answer(int8, x)[1:], alone[1:])


def test_rows_of_zeros_stay_zeros() -> None:
    int8, _ = changed(model("MatMul", RNG.normal(size=(64, 80)).astype(np.float32)))
    assert not answer(int8, np.zeros(SHAPE, np.float32)).any()


def test_small_weights_are_left_alone() -> None:
    proto = model("MatMul", RNG.normal(size=(64, 8)).astype(np.float32))
    int8, count = changed(proto)
    assert count == 0
    assert [node.op_type for node in int8.graph.node] == ["MatMul"]


def test_rounding_is_by_column() -> None:
    weight = np.array([[1, 0, 200], [-0.49, 0, 0.1]], np.float32)
    integers, steps = rounded(weight)
    assert integers.tolist() == [[63, 0, 63], [-31, 0, 0]]
    assert 2 * 255 * int(integers.max()) < 2**15, "without VNNI two products are added in 16 bits"
    assert np.allclose(integers * steps, weight, atol=steps.max() / 2)
