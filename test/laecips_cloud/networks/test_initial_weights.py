from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from laecips_cloud.networks.initial_weights import take_weights
from laecips_cloud.networks.published_checkpoint import CheckpointError
from laecips_cloud.networks.rfnet import RFNet
from laecips_cloud.networks.unet import UNet
from safetensors.torch import save_file
from torch import nn


def network(seed: int, *, classes: int = 3) -> RFNet:
    torch.manual_seed(seed)
    return RFNet(classes=classes, width=0.125, depth=False)


def saved_by_torch(path: Path, weights: dict[str, torch.Tensor]) -> Path:
    torch.save({"state_dict": weights}, path / "weights.pth")
    return path / "weights.pth"


def saved_as_safetensors(path: Path, weights: dict[str, torch.Tensor]) -> Path:
    save_file(weights, path / "weights.safetensors")
    return path / "weights.safetensors"


def same(one: nn.Module, other: nn.Module) -> bool:
    return all(map(torch.equal, one.state_dict().values(), other.state_dict().values()))


@pytest.mark.parametrize("save", [saved_by_torch, saved_as_safetensors])
def test_an_encoder_finds_its_place(tmp_path: Path, save: Callable[..., Path]) -> None:
    source, target = network(1), network(2)
    names = ("conv1", "bn1", "layer1", "layer2", "layer3", "layer4")
    encoder = {k: v for k, v in source.backbone.state_dict().items() if k.startswith(names)}
    file = save(tmp_path, encoder | {"fc.weight": torch.zeros(1000, 64)})
    assert take_weights(file, target) == (len(encoder), len(encoder) + 1)
    for name in names:
        assert same(source.backbone.get_submodule(name), target.backbone.get_submodule(name))
    assert not same(source.backbone.spp, target.backbone.spp)


def test_a_head_for_other_classes_stays_as_it_is(tmp_path: Path) -> None:
    source, target = network(1, classes=19), network(2)
    head = target.logits.conv.weight.clone()
    taken, given = take_weights(saved_by_torch(tmp_path, source.state_dict()), target)
    assert taken == given - 1
    assert same(source.backbone, target.backbone)
    assert torch.equal(target.logits.conv.weight, head)


@pytest.mark.parametrize(
    ("weights", "message"),
    [
        (UNet(classes=3).state_dict(), r"weights.pth: \d+ of its \d+ weights fit RFNet; take weig"),
        ({}, "weights.pth: 0 of its 0 weights fit RFNet"),
    ],
)
def test_weights_of_another_network_are_refused(
    tmp_path: Path, weights: dict[str, torch.Tensor], message: str
) -> None:
    target = network(2)
    with pytest.raises(CheckpointError, match=message):
        take_weights(saved_by_torch(tmp_path, weights), target)
    assert same(target, network(2))


@pytest.mark.parametrize("name", ["weights.pth", "weights.safetensors"])
def test_what_is_no_file_of_weights(tmp_path: Path, name: str) -> None:
    file = tmp_path / name
    for _ in range(2):  # missing, then something else
        with pytest.raises(CheckpointError, match=name) as raised:
            take_weights(file, network(2))
        assert "\n" not in str(raised.value)
        file.write_text("text")
