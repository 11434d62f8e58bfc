from pathlib import Path

import pytest
import torch
from laecips_cloud.training.steps.checkpoints import Checkpoints
from torch import nn


def test_a_stage_is_restored_to_the_bit_and_others_are_not(tmp_path: Path) -> None:
    network = nn.Sequential(nn.Conv2d(3, 4, 3), nn.BatchNorm2d(4))
    network.to(memory_format=torch.channels_last)
    network(torch.randn(2, 3, 8, 8))
    Checkpoints(tmp_path / "c", recipe={"steps": 1}, resume=False).keep("f", network)
    other = nn.Sequential(nn.Conv2d(3, 4, 3), nn.BatchNorm2d(4))
    again = Checkpoints(tmp_path / "c", recipe={"steps": 1}, resume=True)
    assert not again.restore("h", other)
    assert again.restore("f", other)
    assert not other.training
    for name, tensor in network.state_dict().items():
        assert torch.equal(other.state_dict()[name], tensor)


def test_another_recipe_is_refused(tmp_path: Path) -> None:
    Checkpoints(tmp_path / "c", recipe={"steps": 1}, resume=False)
    with pytest.raises(ValueError, match="training with other settings"):
        Checkpoints(tmp_path / "c", recipe={"steps": 2}, resume=True)


def test_a_fresh_start_forgets(tmp_path: Path) -> None:
    network = nn.Linear(2, 2)
    Checkpoints(tmp_path / "c", recipe={"steps": 1}, resume=False).keep("f", network)
    fresh = Checkpoints(tmp_path / "c", recipe={"steps": 2}, resume=False)
    assert not fresh.restore("f", network)
