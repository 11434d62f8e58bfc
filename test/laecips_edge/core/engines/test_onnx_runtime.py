import re
from pathlib import Path

import numpy as np
import pytest
from laecips_edge.core.engines import EngineError, create_engine


@pytest.fixture(scope="module")
def miner(tiny_bundle):
    return create_engine("onnxruntime", tiny_bundle.graph_h, tiny_bundle.weights("h"))


def test_outputs_come_by_name(miner):
    outputs = miner.run({"logits": np.zeros((1, 4, 24, 32), np.float32)})
    assert outputs.keys() == {"h"}
    assert outputs["h"].shape == (1,)


def test_inputs_and_outputs_are_said(miner):
    assert miner.inputs == {"logits": (1, 4, 24, 32)}
    assert miner.outputs == ("h",)


def test_weights_belong_to_the_engine(tiny_bundle):
    weights = tiny_bundle.weights("h")
    engine = create_engine("onnxruntime", tiny_bundle.graph_h, weights)
    logits = np.ones((1, 4, 24, 32), np.float32)
    before = engine.run({"logits": logits})["h"]
    weights.clear()
    np.testing.assert_array_equal(engine.run({"logits": logits})["h"], before)


@pytest.mark.parametrize(
    "inputs",
    [
        {},
        {"image": np.zeros((1, 4, 24, 32), np.float32)},
        {"logits": np.zeros((1, 4, 24, 31), np.float32)},
        {"logits": np.zeros((1, 4, 24, 32), np.float64)},
        {"logits": np.zeros((4, 24, 32), np.float32)},
        {"logits": np.zeros((1, 4, 24, 32), np.float32), "image": np.zeros(1, np.float32)},
    ],
)
def test_wrong_inputs_name_the_right_ones(miner, inputs):
    with pytest.raises(EngineError, match=r"inputs must be \{'logits': \(1, 4, 24, 32\)\}"):
        miner.run(inputs)


@pytest.mark.parametrize(
    "change",
    [
        lambda weights: weights.pop("fc.weight"),
        lambda weights: weights.update(other=np.zeros(3, np.float32)),
        lambda weights: weights.update({"fc.weight": np.zeros((1, 3), np.float32)}),
    ],
    ids=["missing", "unexpected", "other shape"],
)
def test_graph_and_weights_must_fit(tiny_bundle, change):
    weights = tiny_bundle.weights("h")
    change(weights)
    with pytest.raises(EngineError, match="onnxruntime: cannot assemble the network"):
        create_engine("onnxruntime", tiny_bundle.graph_h, weights)


def test_what_is_no_graph(tiny_bundle):
    with pytest.raises(EngineError, match="cannot assemble the network"):
        create_engine("onnxruntime", b"not a graph", tiny_bundle.weights("h"))


@pytest.fixture
def doubler():
    """Twice x, and x in rows of ten, which takes a size that ten divides."""
    onnx = pytest.importorskip("onnx")
    from onnx import helper, numpy_helper  # noqa: PLC0415 (not for every session)

    shape = [1, 2, "height", "width"]
    nodes = [
        helper.make_node("Mul", ["x", "two"], ["y"]),
        helper.make_node("Reshape", ["x", "rows of ten"], ["z"]),
    ]
    graph = helper.make_graph(
        nodes,
        "doubler",
        [helper.make_tensor_value_info("x", onnx.TensorProto.FLOAT, shape)],
        [onnx.ValueInfoProto(name=name) for name in ("z", "y")],
        [
            numpy_helper.from_array(np.array([2.0], np.float32), "two"),
            # Not a raw one: it stays in the graph when the other goes into a file.
            helper.make_tensor("rows of ten", onnx.TensorProto.INT64, [2], [-1, 10]),
        ],
    )
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)


@pytest.fixture
def open_engine(doubler):
    return create_engine("onnxruntime", doubler.SerializeToString(), {})


def test_a_length_may_be_left_open(open_engine):
    assert open_engine.inputs == {"x": (1, 2, None, None)}
    assert open_engine.outputs == ("z", "y")
    for size in ((1, 5), (3, 10), (50, 1)):
        x = np.random.default_rng(0).random((1, 2, *size)).astype(np.float32)
        answers = open_engine.run({"x": x})
        np.testing.assert_array_equal(answers["y"], 2 * x)
        assert answers["z"].shape == (x.size // 10, 10)


@pytest.mark.parametrize("shape", [(1, 3, 4, 5), (2, 2, 4, 5), (1, 2, 4), (1, 2, 4, 5, 6), ()])
def test_what_is_not_open_must_fit(open_engine, shape):
    message = r"inputs must be \{'x': \(1, 2, None, None\)\} of float32, got \{'x': " + re.escape(
        str(shape)
    )
    with pytest.raises(EngineError, match=message):
        open_engine.run({"x": np.zeros(shape, np.float32)})


def test_a_run_that_fails_is_told_in_one_line_and_the_next_one_is_answered(open_engine):
    with pytest.raises(EngineError, match=r"onnxruntime: .*[Rr]eshape") as caught:
        open_engine.run({"x": np.zeros((1, 2, 1, 3), np.float32)})
    assert "\n" not in str(caught.value)
    assert open_engine.run({"x": np.zeros((1, 2, 1, 5), np.float32)})["z"].shape == (1, 10)


@pytest.fixture
def beside(doubler, tmp_path: Path) -> Path:
    """The doubler's graph, its number in a file beside it."""
    onnx = pytest.importorskip("onnx")
    onnx.save(
        doubler,
        tmp_path / "doubler.onnx",
        save_as_external_data=True,
        location="numbers",
        size_threshold=0,
    )
    assert (tmp_path / "numbers").is_file()
    return tmp_path


def test_weights_may_lie_in_a_folder(beside, monkeypatch):
    graph = (beside / "doubler.onnx").read_bytes()
    monkeypatch.chdir("/")
    engine = create_engine("onnxruntime", graph, {}, folder=beside)
    x = np.ones((1, 2, 1, 5), np.float32)
    np.testing.assert_array_equal(engine.run({"x": x})["y"], 2 * x)


def test_weights_that_do_not_lie_there(beside, tmp_path_factory):
    graph = (beside / "doubler.onnx").read_bytes()
    with pytest.raises(EngineError, match=r"cannot assemble the network .*numbers"):
        create_engine("onnxruntime", graph, {}, folder=tmp_path_factory.mktemp("empty"))
