import pytest
import torch
from laecips_cloud.networks.ddrnet import DDRNet


def test_size_at_width_one_is_the_papers() -> None:
    """5.7 million, of which the head of 19 classes has 1,216 (table 2 of the paper)."""
    network = DDRNet(classes=19)
    assert sum(parameter.numel() for parameter in network.parameters()) / 1e6 == pytest.approx(
        5.7, abs=0.05
    )


def test_both_branches_reach_the_logits() -> None:
    torch.manual_seed(0)
    network = DDRNet(classes=3, width=0.25)
    network.logits_at_stride(torch.randn(2, 3, 64, 96)).square().mean().backward()
    without = [name for name, weight in network.named_parameters() if weight.grad is None]
    assert without == []


def test_the_deep_branch_sees_the_whole_picture() -> None:
    torch.manual_seed(0)
    network = DDRNet(classes=3, width=0.25).eval()
    rgb = torch.zeros(1, 3, 256, 256)
    other = rgb.clone()
    other[..., :8, :8] = 10.0
    with torch.inference_mode():
        moved = network.logits_at_stride(other) - network.logits_at_stride(rgb)
    assert moved[0, :, -1, -1].abs().max() > 0
