from pathlib import Path

import numpy as np
import pytest
import torch
from laecips_cloud.networks import MinerNetwork, RFNet
from laecips_cloud.networks.onnx_graph import graph_without_weights
from laecips_edge.core.bundle.bundle import Bundle
from laecips_edge.core.inference.engines import create_engine

pytestmark = pytest.mark.slow

# The graph of f with depth is held against torch where a bundle of it is exported.
NETWORKS = {
    "f": (RFNet, {"depth": False}, "logits_at_stride", {"rgb": (1, 3, 96, 128)}, "logits"),
    "h": (MinerNetwork, {}, "forward", {"logits": (1, 4, 24, 32)}, "h"),
}


def new_network(which):
    """A network of the tiny bundle's architecture, its batch norms not at their first values."""
    network_class, options, *_ = NETWORKS[which]
    network = network_class(classes=4, width=0.125, **options).eval()
    for name, buffer in network.named_buffers():
        if name.endswith(("running_mean", "running_var")):
            buffer.uniform_(0.5, 1.5)
    return network


@pytest.fixture(scope="module", params=NETWORKS)
def exported(request):
    """Name, network, graph, and names of weights."""
    network = new_network(request.param)
    _, _, method, inputs, output = NETWORKS[request.param]
    examples = {name: torch.zeros(shape) for name, shape in inputs.items()}
    graph, names = graph_without_weights(network, method, inputs=examples, outputs=[output])
    return request.param, network, graph, names


def test_one_architecture_has_one_graph(exported, tiny_bundle: Bundle):
    """The bundle has other weights, and its graphs may come from another process."""
    which, _, graph, names = exported
    assert graph == {"f": tiny_bundle.graph_f, "h": tiny_bundle.graph_h}[which]
    assert set(names) == set(tiny_bundle.weights(which))


def test_the_answers_follow_the_weights(exported):
    which, first, graph, names = exported
    _, _, method, inputs, output = NETWORKS[which]
    examples = {name: torch.randn(shape) for name, shape in inputs.items()}
    for network in (first, new_network(which)):
        state = network.state_dict()
        engine = create_engine("onnxruntime", graph, {name: state[name].numpy() for name in names})
        found = engine.run({name: tensor.numpy() for name, tensor in examples.items()})[output]
        with torch.inference_mode():
            expected = getattr(network, method)(*examples.values()).numpy()
        np.testing.assert_allclose(found, expected, atol=1e-3)


def test_names_are_the_state_dicts_and_none_is_forgotten(exported):
    _, network, _, names = exported
    state = network.state_dict()
    assert set(names) == {key for key in state if not key.endswith("num_batches_tracked")}


def test_no_weights_and_no_folders_of_this_machine_in_the_graph(exported):
    _, _, graph, _ = exported
    assert len(graph) < 100_000
    for folder in (Path(__file__).parents[3], Path(torch.__file__).parent):
        assert str(folder).encode() not in graph
