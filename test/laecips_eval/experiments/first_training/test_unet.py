import pytest
import torch
from laecips_eval.experiments.first_training.unet import PlainUNet


def test_it_has_the_size_of_a_script_s_network() -> None:
    parameters = sum(weight.numel() for weight in PlainUNet(classes=4).parameters())
    assert 0.7e6 < parameters < 0.9e6


@pytest.mark.parametrize("size", [(16, 24), (25, 50), (33, 47)])
def test_every_pixel_gets_logits(size: tuple[int, int]) -> None:
    network = PlainUNet(classes=5)
    with torch.no_grad():
        logits = network.logits_at_stride(torch.zeros(2, 3, *size))
    assert logits.shape == (2, 5, -(-size[0] // 2), -(-size[1] // 2))
