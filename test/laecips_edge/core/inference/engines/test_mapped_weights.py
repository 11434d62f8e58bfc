"""Large weights in files are mapped; the rest stays in the graph."""

import re
from pathlib import Path

import numpy as np
import onnx
import pytest
from laecips_edge.core.inference.engines import ENGINE_NAMES, EngineError, create_engine
from laecips_edge.core.inference.engines.mapped_weights import map_weights

BLOCK = np.random.default_rng(0).normal(size=(64, 64))


@pytest.fixture(params=[np.float32, np.float16], ids=["float", "half"])
def folder(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """Of y = x @ large + small, both outside of the graph."""
    large = onnx.numpy_helper.from_array(BLOCK.astype(request.param), "large")
    small = onnx.numpy_helper.from_array(np.ones(64, np.float32), "small")
    graph = onnx.helper.make_graph(
        [
            onnx.helper.make_node("Cast", ["large"], ["wide"], to=onnx.TensorProto.FLOAT),
            onnx.helper.make_node("MatMul", ["x", "wide"], ["product"]),
            onnx.helper.make_node("Add", ["product", "small"], ["y"]),
        ],
        "affine",
        [onnx.helper.make_tensor_value_info("x", onnx.TensorProto.FLOAT, [1, 64])],
        [onnx.helper.make_tensor_value_info("y", onnx.TensorProto.FLOAT, [1, 64])],
        [small, large],
    )
    model = onnx.helper.make_model(
        graph, opset_imports=[onnx.helper.make_opsetid("", 17)], ir_version=8
    )
    onnx.save(
        model,
        tmp_path / "affine.onnx",
        save_as_external_data=True,
        location="numbers",
        size_threshold=0,
    )
    return tmp_path


def graph_of(folder: Path) -> onnx.ModelProto:
    return onnx.load(folder / "affine.onnx", load_external_data=False)


def test_large_ones_become_inputs(folder: Path) -> None:
    model = graph_of(folder)
    mapped = map_weights(model, folder)
    assert mapped.keys() == {"large"}
    assert isinstance(mapped["large"], np.memmap)
    assert np.allclose(mapped["large"], BLOCK, atol=2e-3)
    assert [value.name for value in model.graph.input] == ["x", "large"]
    assert [value.name for value in model.graph.initializer] == ["small"]


def test_what_is_listed_as_an_input_already_is_not_listed_twice(folder: Path) -> None:
    model = graph_of(folder)
    kind = model.graph.initializer[1].data_type
    model.graph.input.append(onnx.helper.make_tensor_value_info("large", kind, [64, 64]))
    map_weights(model, folder)
    assert [value.name for value in model.graph.input] == ["x", "large"]


@pytest.mark.parametrize("engine", ENGINE_NAMES)
def test_engines_answer_from_them(engine: str, folder: Path) -> None:
    pytest.importorskip(engine)
    made = create_engine(engine, (folder / "affine.onnx").read_bytes(), {}, folder=folder)
    assert made.inputs == {"x": (1, 64)}
    x = np.random.default_rng(1).normal(size=(1, 64)).astype(np.float32)
    assert np.allclose(made.run({"x": x})["y"], x @ BLOCK + 1, atol=0.2)


def test_a_file_that_ends_early(folder: Path) -> None:
    content = (folder / "numbers").read_bytes()
    (folder / "numbers").write_bytes(content[:1000])
    with pytest.raises(ValueError, match=re.escape(f"large: cannot be read from {folder}")):
        map_weights(graph_of(folder), folder)


def test_a_file_elsewhere_is_not_looked_at(folder: Path) -> None:
    inside = folder / "inside"
    inside.mkdir()
    model = graph_of(folder)
    for entry in model.graph.initializer[1].external_data:
        if entry.key == "location":
            entry.value = "../numbers"
    with pytest.raises(ValueError, match=r"large: \S+numbers does not lie in \S+inside"):
        map_weights(model, inside)
    pytest.importorskip("openvino")
    with pytest.raises(EngineError, match=r"openvino: cannot assemble the network .*large"):
        create_engine("openvino", model.SerializeToString(), {}, folder=inside)
