import onnx
import pytest
from laecips_edge.core.bundle.bundle import Bundle
from laecips_eval.benchmarks import peak
from onnx import TensorProto, helper


def test_f_is_measured_beside_a_product(tiny_bundle: Bundle) -> None:
    rows = peak.run(
        tiny_bundle.path,
        engines=["onnxruntime", "openvino"],
        providers=["CPUExecutionProvider"],
        threads=[1],
        repeats=1,
        side=64,
    )
    assert [row.engine for row in rows] == ["onnxruntime", "openvino"]
    for row in rows:
        assert row.share == pytest.approx(row.f / row.product)
        assert row.f > 0


def test_convolutions_and_products_are_counted() -> None:
    def tensor(name: str, shape: list[int]) -> onnx.ValueInfoProto:
        return helper.make_tensor_value_info(name, TensorProto.FLOAT, shape)

    kernel = helper.make_tensor("k", TensorProto.FLOAT, [4, 3, 3, 3], [0.0] * 108)
    right = helper.make_tensor("m", TensorProto.FLOAT, [8, 5], [0.0] * 40)
    nodes = [
        helper.make_node("Conv", ["x", "k"], ["y"], pads=[1, 1, 1, 1]),
        helper.make_node("Relu", ["y"], ["r"]),
        helper.make_node("MatMul", ["r", "m"], ["z"]),
    ]
    x, z = tensor("x", [1, 3, 6, 8]), tensor("z", [1, 4, 6, 5])
    graph = helper.make_graph(nodes, "g", [x], [z], [kernel, right])
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)])
    convolution, product = 4 * 6 * 8 * 27, 4 * 6 * 5 * 8
    assert peak.operations(model.SerializeToString()) == 2 * (convolution + product)
