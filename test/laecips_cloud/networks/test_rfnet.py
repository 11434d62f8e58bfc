import json
import zlib
from pathlib import Path

import numpy as np
import pytest
import torch
from laecips_cloud.networks.pyramid import adaptive_average
from laecips_cloud.networks.rfnet import RFNet

REFERENCE = Path(__file__).parents[4] / "shared" / "rfnet"
needs_reference = pytest.mark.skipif(
    not REFERENCE.is_dir(), reason="RFNet's reference outputs (../shared/rfnet) are not here"
)


def closed_form(index: np.ndarray, factor: float, phase: float) -> np.ndarray:
    return np.modf(np.sin(index * factor + phase) * 43758.5453)[0] % 1


def closed_form_weights(network: torch.nn.Module) -> dict[str, torch.Tensor]:
    """The weights that the reference outputs were made with."""
    weights = {}
    for key, tensor in network.state_dict().items():
        phase = zlib.crc32(key.encode()) % 100003 / 100003 * 2 * np.pi
        u = closed_form(np.arange(tensor.numel(), dtype=np.float64), 12.9898, phase)
        u = u.reshape(tuple(tensor.shape))
        if key.endswith("num_batches_tracked"):
            value = np.zeros(())
        elif key.endswith(("running_mean", "bias")):
            value = (u - 0.5) * 0.2
        elif key.endswith("running_var"):
            value = 0.75 + u * 0.5
        elif tensor.ndim == 4:
            value = (u - 0.5) * 2 * np.sqrt(6 / np.prod(tensor.shape[1:]))
        else:
            value = 0.75 + u * 0.5
        weights[key] = torch.from_numpy(np.asarray(value)).to(tensor.dtype)
    return weights


def closed_form_input(*shape: int, phase: float) -> torch.Tensor:
    index = np.arange(np.prod(shape), dtype=np.float64)
    value = (closed_form(index, 78.233, phase) - 0.5) * 4
    return torch.from_numpy(value.astype(np.float32).reshape(shape))


@pytest.fixture(scope="module")
def reference_network() -> RFNet:
    network = RFNet(classes=11)
    network.load_state_dict(closed_form_weights(network), strict=True)
    return network.eval()


@needs_reference
def test_parameter_names_and_shapes_are_the_published_ones():
    published = json.loads((REFERENCE / "state_dict.json").read_text())
    classes = published["logits.conv.weight"][0]
    ours = {key: list(tensor.shape) for key, tensor in RFNet(classes=classes).state_dict().items()}
    assert ours == published


@needs_reference
@pytest.mark.parametrize(("size_name", "size"), [("s", (64, 96)), ("odd", (90, 150))])
@pytest.mark.parametrize("modality", ["rgb", "rgbd"])
def test_outputs_equal_the_reference(reference_network, size_name, size, modality):
    rgb = closed_form_input(1, 3, *size, phase=0.1)
    depth = closed_form_input(1, *size, phase=0.2) if modality == "rgbd" else None
    with torch.inference_mode():
        logits = reference_network(rgb, depth)
    assert logits.shape == (1, 11, *size)
    expected = np.load(REFERENCE / "reference.npz")[f"{size_name}_{modality}"]
    np.testing.assert_allclose(logits[:, :, ::4, ::4].numpy(), expected, rtol=1e-4, atol=5e-4)


def test_size_at_width_one_with_and_without_the_depth_branch():
    def count(network: RFNet) -> int:
        return sum(parameter.numel() for parameter in network.parameters())

    assert count(RFNet(classes=11)) == 23_675_772
    assert count(RFNet(classes=11, depth=False)) == 11_807_292


def test_a_network_without_depth_branch_equals_one_that_leaves_it_unused():
    full = RFNet(classes=4, width=0.125).eval()
    colour = RFNet(classes=4, width=0.125, depth=False).eval()
    names = colour.state_dict().keys()
    colour.load_state_dict({k: v for k, v in full.state_dict().items() if k in names})
    rgb = torch.randn(1, 3, 64, 96)
    with torch.inference_mode():
        assert torch.equal(full(rgb), colour(rgb))
    with pytest.raises(ValueError, match="depth=False"):
        colour(rgb, rgb[:, 0])


@pytest.mark.parametrize(("size", "at_stride"), [((96, 128), (24, 32)), ((90, 150), (23, 38))])
@pytest.mark.parametrize("width", [0.125, 0.5])
def test_shapes_at_any_width(size, at_stride, width):
    network = RFNet(classes=5, width=width).eval()
    rgb, depth = torch.randn(2, 3, *size), torch.randn(2, *size)
    with torch.inference_mode():
        assert network(rgb, depth).shape == (2, 5, *size)
        assert network.logits_at_stride(rgb, depth).shape == (2, 5, *at_stride)


@pytest.mark.parametrize("arguments", [{"classes": 1}, {"classes": 4, "width": 0}])
def test_impossible_sizes_are_refused(arguments):
    with pytest.raises(ValueError, match="RFNet: classes must be at least 2"):
        RFNet(**arguments)


@pytest.mark.parametrize(
    ("size", "grid"), [((12, 15), (8, 10)), ((3, 5), (8, 13)), ((7, 9), (2, 3))]
)
def test_pooling_by_matrices_is_adaptive_average_pooling(size, grid):
    x = torch.randn(2, 3, *size)
    expected = torch.nn.functional.adaptive_avg_pool2d(x, grid)
    torch.testing.assert_close(adaptive_average(x, grid), expected, rtol=1e-5, atol=1e-6)
