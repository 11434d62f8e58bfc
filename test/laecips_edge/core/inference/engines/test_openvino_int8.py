"""OpenVINO with convolutions in int8: what is rounded, and what is not."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from laecips_edge.core.inference.engines import INT8_ENGINE, EngineError, create_engine

pytest.importorskip("openvino")
onnx = pytest.importorskip("onnx")

from laecips_edge.core.inference.engines.openvino_int8 import steps_with_zero  # noqa: E402

WEIGHTS = {"one.weight": np.ones((1, 1, 1, 1), np.float32)}


def graph() -> bytes:
    """Two convolutions of the same picture, by weights of 1; those of the first are a file's."""
    helper, floats = onnx.helper, onnx.TensorProto.FLOAT
    outside = onnx.TensorProto(
        name="one.weight", data_type=floats, dims=[1, 1, 1, 1], data_location="EXTERNAL"
    )
    outside.external_data.add(key="location", value="weights")
    inside = onnx.numpy_helper.from_array(np.ones((1, 1, 1, 1), np.float32), "other.weight")
    nodes = [helper.make_node("Conv", ["x", f"{name}.weight"], [name]) for name in ("one", "other")]
    shape = [1, 1, 2, 2]
    model = helper.make_model(
        helper.make_graph(
            nodes,
            "two",
            [helper.make_tensor_value_info("x", floats, shape)],
            [helper.make_tensor_value_info(name, floats, shape) for name in ("one", "other")],
            initializer=[outside, inside],
        ),
        opset_imports=[helper.make_opsetid("", 20)],
        ir_version=10,
    )
    answer: bytes = model.SerializeToString()
    return answer


def test_a_convolution_whose_range_is_known_reads_rounded_numbers() -> None:
    engine = create_engine(INT8_ENGINE, graph(), WEIGHTS, ranges={"one.weight": (0.0, 255.0)})
    answer = engine.run({"x": np.array([[[[0.4, 0.6], [7.0, 999.0]]]], np.float32)})
    assert answer["one"].ravel().tolist() == pytest.approx([0.0, 1.0, 7.0, 255.0], rel=0.01)
    assert answer["other"].ravel().tolist() == pytest.approx([0.4, 0.6, 7.0, 999.0], rel=0.01)


@pytest.mark.parametrize(
    ("ranges", "message"),
    [
        (None, "the bundle has no ranges for int8; measure them with `laecips quantise`"),
        ({}, "the bundle has no ranges for int8"),
        ({"third.weight": (0.0, 1.0)}, "no convolution of the graph has a range"),
    ],
    ids=["none", "empty", "of another network"],
)
def test_without_a_range_there_is_no_such_engine(
    ranges: dict[str, tuple[float, float]] | None, message: str
) -> None:
    with pytest.raises(EngineError, match=message):
        create_engine(INT8_ENGINE, graph(), WEIGHTS, ranges=ranges)


@given(low=st.floats(-1e6, 1e6), high=st.floats(-1e6, 1e6))
def test_zero_is_one_of_the_steps(low: float, high: float) -> None:
    low, high = min(low, high), max(low, high)
    first, last = steps_with_zero(low, high)
    step = (last - first) / 255
    assert first <= 0 <= last
    assert abs(first / step - round(first / step)) < 1e-6
    assert first <= low + step
    assert last >= high - step
