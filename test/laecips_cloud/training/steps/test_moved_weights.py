"""A few weights move, those that matter; the others stay to the bit."""

import pytest
import torch
from laecips_cloud.training.steps.moved_weights import MovedWeights
from torch import nn


def network() -> nn.Sequential:
    torch.manual_seed(1)
    return nn.Sequential(nn.Linear(64, 64), nn.Linear(64, 4))


def trained(share: float, *, steps: int = 5) -> tuple[nn.Sequential, nn.Sequential]:
    """A network before and after a training that only the first 8 of 64 inputs tell about."""
    before, it = network(), network()
    inputs = torch.zeros(16, 64)
    inputs[:, :8] = torch.randn(16, 8, generator=torch.Generator().manual_seed(2))
    optimiser = torch.optim.AdamW(it.parameters(), lr=1e-2, weight_decay=0.1)
    moved = MovedWeights(it)
    for _ in range(3):
        moved.look(it(inputs).square().mean())
    moved.hold(optimiser, share=share)
    for _ in range(steps):
        optimiser.zero_grad()
        it(inputs).square().mean().backward()
        optimiser.step()
    return before, it


@pytest.mark.parametrize("share", [0.01, 0.05, 0.125])
def test_so_many_move_and_no_other_to_the_bit(share: float) -> None:
    before, after = trained(share)
    changed = before[0].weight != after[0].weight
    assert int(changed.sum()) == round(share * 64 * 64)
    assert not changed[:, 8:].any(), "an input that is always 0 has no gradient"


def test_small_tensors_always_move() -> None:
    before, after = trained(0.01)
    assert bool((before[0].bias != after[0].bias).all())
    assert bool((before[1].weight != after[1].weight).all())


def test_to_look_moves_nothing() -> None:
    before, it = network(), network()
    MovedWeights(it).look(it(torch.ones(2, 64)).sum())
    assert all(map(torch.equal, before.state_dict().values(), it.state_dict().values()))
    assert all(weight.grad is None for weight in it.parameters())


def test_what_is_frozen_is_left_alone() -> None:
    it = network()
    it[0].requires_grad_(False)
    optimiser = torch.optim.SGD(it.parameters(), lr=0.1)
    moved = MovedWeights(it)
    moved.look(it(torch.ones(2, 64)).sum())
    moved.hold(optimiser, share=0.5)  # no tensor is large enough to choose from
    it(torch.ones(2, 64)).sum().backward()
    optimiser.step()
    assert torch.equal(it[0].weight, network()[0].weight)
    assert not torch.equal(it[1].weight, network()[1].weight)
