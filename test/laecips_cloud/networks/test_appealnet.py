"""AppealNet: an RFNet with a predictor head."""

import pytest
import torch
from laecips_cloud.networks import AppealNet, RFNet, create_edge_network


def made() -> AppealNet:
    torch.manual_seed(0)
    return AppealNet(classes=4, width=0.125).eval()


def test_its_logits_are_those_of_the_rfnet_whose_weights_it_has() -> None:
    network, rfnet = made(), RFNet(classes=4, width=0.125, depth=False).eval()
    rgb = torch.randn(2, 3, 90, 150)
    taken = network.load_state_dict(rfnet.state_dict(), strict=False)
    assert not taken.unexpected_keys
    assert {name.split(".")[0] for name in taken.missing_keys} == {"predictor"}
    with torch.inference_mode():
        logits, q = network.logits_and_q(rgb)
        torch.testing.assert_close(logits, rfnet.logits_at_stride(rgb))
    assert q.shape == (2,)


def test_q_is_undecided_at_first_and_stays_in_range() -> None:
    network = made()
    rgb = torch.randn(3, 3, 64, 96)
    with torch.inference_mode():
        assert network.logits_and_q(rgb)[1].tolist() == pytest.approx([0.505] * 3)
        for bias, expected in ((-1e3, 0.01), (1e3, 1.0)):
            network.predictor.fc.bias.fill_(bias)
            assert network.logits_and_q(rgb)[1].tolist() == pytest.approx([expected] * 3)


def test_the_head_reads_what_f_sees() -> None:
    network = made()
    torch.nn.init.normal_(network.predictor.fc.weight)
    rgb = torch.randn(2, 3, 64, 96)
    with torch.inference_mode():
        one, other = network.logits_and_q(rgb)[1].tolist()
        mirrored = network.logits_and_q(rgb[[1, 0]])[1].tolist()
    assert one != other
    assert mirrored == pytest.approx([other, one], abs=1e-5)


def test_a_bundle_can_make_it_again() -> None:
    again = create_edge_network("appealnet", classes=4, width=0.125)
    assert isinstance(again, AppealNet)
    assert again.architecture == made().architecture == "appealnet"
    assert create_edge_network("appealnet", classes=4).width == 0.5
