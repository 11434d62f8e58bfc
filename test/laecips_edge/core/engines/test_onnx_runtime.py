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
