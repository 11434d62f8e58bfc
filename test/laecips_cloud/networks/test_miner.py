import pytest
import torch
from laecips_cloud.networks.miner import H_MIN, Miner


@pytest.mark.parametrize(("width", "most"), [(1.0, 20e6), (0.5, 5e6)])
def test_size(width, most):
    assert sum(p.numel() for p in Miner(classes=19, width=width).parameters()) < most


@pytest.mark.parametrize("size", [(24, 32), (23, 38), (90, 120)])
def test_one_trust_a_frame(size):
    miner = Miner(classes=4, width=0.125).eval()
    with torch.inference_mode():
        trust = miner(torch.randn(3, 4, *size))
    assert trust.shape == (3,)
    assert ((trust >= H_MIN) & (trust <= 1)).all()


@pytest.mark.parametrize(("bias", "expected"), [(-1e4, H_MIN), (1e4, 1.0)])
def test_trust_stays_in_its_range_at_both_ends(bias, expected):
    miner = Miner(classes=4, width=0.125).eval()
    torch.nn.init.constant_(miner.fc.bias, bias)
    with torch.inference_mode():
        assert miner(torch.randn(1, 4, 24, 32)).item() == pytest.approx(expected)


def test_a_frame_at_the_floor_still_has_a_gradient():
    miner = Miner(classes=4, width=0.125).eval()
    torch.nn.init.constant_(miner.fc.bias, -8.0)
    trust = miner(torch.randn(1, 4, 24, 32))
    (-trust.log()).sum().backward()
    assert miner.fc.bias.grad is not None
    assert miner.fc.bias.grad.item() < 0  # a step of descent raises the trust


@pytest.mark.parametrize("arguments", [{"classes": 1}, {"classes": 4, "width": -1}])
def test_impossible_sizes_are_refused(arguments):
    with pytest.raises(ValueError, match="Miner: classes must be at least 2"):
        Miner(**arguments)
