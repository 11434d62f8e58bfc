import torch
from laecips_cloud.networks.unet import UNet


def test_size_at_width_one() -> None:
    network = UNet(classes=10)
    assert sum(parameter.numel() for parameter in network.parameters()) == 1_955_130


def test_the_skips_reach_the_logits() -> None:
    torch.manual_seed(0)
    network = UNet(classes=2, width=0.25).eval()
    network.down[-1].register_forward_hook(lambda _, seen, deep: torch.zeros_like(deep))
    rgb = torch.randn(2, 3, 64, 96)
    with torch.inference_mode():
        one, other = network.logits_at_stride(rgb)
    assert not torch.allclose(one, other)
