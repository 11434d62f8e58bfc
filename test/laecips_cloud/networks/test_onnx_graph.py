from pathlib import Path

import numpy as np
import pytest
import torch
from laecips_cloud.networks import MinerNetwork, RFNet
from laecips_cloud.networks.onnx_graph import graph_without_weights
from laecips_edge.core.inference.engines import create_engine

pytestmark = pytest.mark.slow

# The graph of f with depth is held against torch where a bundle of it is exported.
NETWORKS = {
    "f": (RFNet, {"depth": False}, "logits_at_stride", {"rgb": (1, 3, 64, 96)}, "logits"),
    "h": (MinerNetwork, {}, "forward", {"logits": (1, 4, 16, 24)}, "h"),
}


def export(network_class, options, method, inputs, output):
    """A network, its batch norms not at their first values, and its graph."""
    network = network_class(classes=4, width=0.125, **options).eval()
    for name, buffer in network.named_buffers():
        if name.endswith(("running_mean", "running_var")):
            buffer.uniform_(0.5, 1.5)
    examples = {name: torch.zeros(shape) for name, shape in inputs.items()}
    return network, *graph_without_weights(network, method, inputs=examples, output=output)


@pytest.fixture(scope="module", params=NETWORKS.values(), ids=NETWORKS.keys())
def twice(request):
    """The same architecture exported with two sets of weights."""
    return request.param, export(*request.param), export(*request.param)


def test_one_architecture_has_one_graph(twice):
    _, (_, graph, names), (_, other_graph, other_names) = twice
    assert graph == other_graph
    assert names == other_names


def test_the_answers_follow_the_weights(twice):
    (_, _, method, inputs, output), (first, graph, names), (second, _, _) = twice
    examples = {name: torch.randn(shape) for name, shape in inputs.items()}
    for network in (first, second):
        state = network.state_dict()
        engine = create_engine("onnxruntime", graph, {name: state[name].numpy() for name in names})
        found = engine.run({name: tensor.numpy() for name, tensor in examples.items()})[output]
        with torch.inference_mode():
            expected = getattr(network, method)(*examples.values()).numpy()
        np.testing.assert_allclose(found, expected, atol=1e-3)


def test_names_are_the_state_dicts_and_none_is_forgotten(twice):
    _, (network, _, names), _ = twice
    state = network.state_dict()
    assert set(names) == {key for key in state if not key.endswith("num_batches_tracked")}


def test_no_weights_and_no_folders_of_this_machine_in_the_graph(twice):
    _, (_, graph, _), _ = twice
    assert len(graph) < 100_000
    for folder in (Path(__file__).parents[3], Path(torch.__file__).parent):
        assert str(folder).encode() not in graph
