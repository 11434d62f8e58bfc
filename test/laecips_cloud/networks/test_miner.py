import pytest
import torch
from laecips_cloud.networks.miner import H_MIN, MinerNetwork
from laecips_cloud.networks.rfnet import RFNet
from torch.utils.flop_counter import FlopCounterMode


@pytest.mark.parametrize(("width", "most"), [(1.0, 20e6), (0.5, 5e6)])
def test_size(width, most):
    assert sum(p.numel() for p in MinerNetwork(classes=19, width=width).parameters()) < most


@pytest.mark.parametrize("width", [1.0, 0.5])
def test_it_costs_less_than_a_tenth_of_f(width):
    with torch.device("meta"):
        f = RFNet(classes=11, width=width, depth=False).eval()
        miner = MinerNetwork(classes=11, width=width).eval()
        rgb = torch.empty(1, 3, 360, 480)
    with FlopCounterMode(display=False) as of_f:
        logits = f.logits_at_stride(rgb)
    with FlopCounterMode(display=False) as of_miner:
        miner(logits)
    assert logits.shape == (1, 11, 90, 120)
    assert 0 < of_miner.get_total_flops() < 0.1 * of_f.get_total_flops()


@pytest.mark.parametrize("size", [(24, 32), (23, 38), (90, 120)])
def test_one_trust_a_frame(size):
    miner = MinerNetwork(classes=4, width=0.125).eval()
    with torch.inference_mode():
        trust = miner(torch.randn(3, 4, *size))
    assert trust.shape == (3,)
    assert ((trust >= H_MIN) & (trust <= 1)).all()


@pytest.mark.parametrize(("bias", "expected"), [(-1e4, H_MIN), (1e4, 1.0)])
def test_trust_stays_in_its_range_at_both_ends(bias, expected):
    miner = MinerNetwork(classes=4, width=0.125).eval()
    torch.nn.init.constant_(miner.fc.bias, bias)
    with torch.inference_mode():
        assert miner(torch.randn(1, 4, 24, 32)).item() == pytest.approx(expected)


def test_a_frame_at_the_floor_still_has_a_gradient():
    miner = MinerNetwork(classes=4, width=0.125).eval()
    torch.nn.init.constant_(miner.fc.bias, -8.0)
    trust = miner(torch.randn(1, 4, 24, 32))
    (-trust.log()).sum().backward()
    assert miner.fc.bias.grad is not None
    assert miner.fc.bias.grad.item() < 0  # a step of descent raises the trust


@pytest.mark.parametrize("arguments", [{"classes": 1}, {"classes": 4, "width": -1}])
def test_impossible_sizes_are_refused(arguments):
    with pytest.raises(ValueError, match="Miner: classes must be at least 2"):
        MinerNetwork(**arguments)


def test_untrained_it_ranks_frames_by_their_expected_iou():
    miner = MinerNetwork(classes=3, width=0.125).eval()
    logits = torch.randn(5, 3, 24, 32) * torch.tensor([8.0, 4.0, 2.0, 1.0, 0.5]).view(5, 1, 1, 1)
    with torch.inference_mode():
        assert (miner(logits).diff() < 0).all()


def test_rescaling_keeps_the_order_of_frames():
    miner = MinerNetwork(classes=3, width=0.125).eval()
    torch.nn.init.normal_(miner.fc.weight)
    logits = torch.randn(4, 3, 24, 32)
    with torch.inference_mode():
        before = miner.score(logits)
        miner.rescale(0.5, 0.25)
        torch.testing.assert_close(miner.score(logits), 0.5 * before + 0.25)


def test_a_miner_that_read_logits_alone_keeps_its_trust():
    torch.manual_seed(0)
    old, new = (MinerNetwork(classes=3, width=0.125).eval() for _ in range(2))
    torch.nn.init.normal_(old.fc.weight)
    with torch.no_grad():
        old.conv1.weight[:, 3:] = 0.0
        old.doubt.weight.zero_()
    weights = {k: v for k, v in old.state_dict().items() if not k.startswith(("norm.", "doubt."))}
    weights["conv1.weight"] = weights["conv1.weight"][:, :3]
    counts = {k: v for k, v in new.state_dict().items() if k.endswith("num_batches_tracked")}
    new.take_weights(counts | weights)
    logits = torch.randn(2, 3, 24, 32)
    with torch.inference_mode():
        torch.testing.assert_close(new(logits), old(logits))


def test_weights_of_other_classes_are_refused():
    with pytest.raises(RuntimeError, match="size mismatch"):
        MinerNetwork(classes=3).take_weights(MinerNetwork(classes=4).state_dict())
