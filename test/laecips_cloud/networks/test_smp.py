import importlib.util

import pytest
import torch
from laecips_cloud.networks import EdgeNetworkError, create_edge_network
from laecips_cloud.networks.onnx_graph import graph_without_weights

pytestmark = pytest.mark.skipif(
    importlib.util.find_spec("segmentation_models_pytorch") is None,
    reason="segmentation-models-pytorch is not installed",
)


@pytest.mark.parametrize(
    ("variant", "stride"),
    [
        ("unet/resnet18", 4),  # its logits are as fine as the picture, and are averaged
        ("FPN/mobilenet_v2", 4),
        ("pspnet/resnet18", 8),
        ("segformer/mit_b0", 4),
        ("linknet/tu-mobilenetv3_small_100", 4),
    ],
)
def test_architectures_on_encoders(variant: str, stride: int) -> None:
    network = create_edge_network(f"smp:{variant}", classes=3).eval()
    assert network.stride == stride
    assert len(network.stages) == 5
    with torch.inference_mode():
        logits = network.logits_at_stride(torch.randn(1, 3, 90, 150))
    assert logits.shape == (1, 3, -(-90 // stride), -(-150 // stride))


@pytest.mark.parametrize(
    ("variant", "message"),
    [
        ("", r"smp: variant '' is not ARCHITECTURE/ENCODER; name both, such as smp:fpn/mobilenet_"),
        ("unet", "smp: variant 'unet' is not ARCHITECTURE/ENCODER"),
        ("vnet/resnet18", r"smp: architecture 'vnet' is not known: take one of deeplabv3, .*unet,"),
        ("unet/resnet19", r"smp: unet on 'resnet19' cannot be made \(.*; take another encoder"),
        ("unet/tu-nothing", r"smp: unet on 'tu-nothing' cannot be made"),
        ("pan/tu-mobilenetv3_small_100", r"it cannot run a small picture \("),
    ],
)
def test_what_the_package_cannot_make_is_said_in_one_line(variant: str, message: str) -> None:
    with pytest.raises(EdgeNetworkError, match=message) as raised:
        create_edge_network(f"smp:{variant}", classes=3)
    assert "\n" not in str(raised.value)
    assert len(str(raised.value)) < 420


@pytest.mark.slow
def test_a_graph_needs_every_weight() -> None:
    """What an encoder has and does not run would be missing in a bundle: efficientnet's head."""
    network = create_edge_network("smp:fpn/efficientnet-b0", classes=3).eval()
    _, names = graph_without_weights(
        network, "logits_at_stride", inputs={"rgb": torch.zeros(1, 3, 90, 128)}, outputs=["logits"]
    )
    trained = {n for n in network.state_dict() if not n.endswith("num_batches_tracked")}
    assert set(names) == trained
