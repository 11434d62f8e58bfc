"""Which weights of a network a training may move: those that its examples ask to move most.

Robots fetch what changed, so a training that moves a tenth of the weights makes a small update.
Adaptive model streaming (Khani et al., ICCV 2021) chooses weights by the size of Adam's step before
a training; here it is by how much that step lowers the loss, so that weights with a tiny but steady
gradient are not preferred.
"""

from __future__ import annotations

from collections.abc import Iterable
from itertools import islice
from typing import Any, Final

import torch
from torch import Tensor, nn

LOOKS: Final = 6
"""Backward passes by whose gradients the weights are chosen."""

ALWAYS: Final = 1000
"""Tensors of fewer values always move: batch norms, biases, h's head. They weigh nothing."""

_LEAST: Final = 1e-12


def move_few(
    network: nn.Module,
    optimiser: torch.optim.Optimizer,
    losses: Iterable[Tensor],
    *,
    share: float,
) -> None:
    """Let an optimiser move a share of a network's weights alone, chosen by a few losses.

    Args:
        network: what is trained.
        optimiser: moves its weights.
        losses: of batches; `LOOKS` of them are asked for.
        share: share of the weights that move, in (0, 1).
    """
    moved = MovedWeights(network)
    for loss in islice(losses, LOOKS):
        moved.look(loss)
    moved.hold(optimiser, share=share)


class MovedWeights:
    """Chooses the weights of a network that a training may move, and holds the others.

    Args:
        network: what is trained. Parameters without gradients are left alone.
    """

    def __init__(self, network: nn.Module) -> None:
        self._tensors = [
            weight
            for weight in network.parameters()
            if weight.requires_grad and weight.numel() >= ALWAYS
        ]
        self._sums = [torch.zeros_like(weight) for weight in self._tensors]
        self._squares = [torch.zeros_like(weight) for weight in self._tensors]
        self._held: list[tuple[Tensor, Tensor, Tensor]] = []

    def look(self, loss: Tensor) -> None:
        """Take down the gradients of a loss; no weight moves."""
        if not self._tensors:
            return  # every one is small
        gradients = torch.autograd.grad(loss, self._tensors, allow_unused=True)
        for number, gradient in enumerate(gradients):
            if gradient is not None:
                self._sums[number] += gradient
                self._squares[number] += gradient**2

    def hold(self, optimiser: torch.optim.Optimizer, *, share: float) -> None:
        """Let the best share move, and take every other weight back after each step.

        Args:
            optimiser: moves the weights.
            share: share of the weights that move, in (0, 1).
        """
        # Adam moves a weight by m / sqrt(v), which lowers the loss by m times that.
        worth = [
            total**2 / (square.sqrt() + _LEAST)
            for total, square in zip(self._sums, self._squares, strict=True)
        ]
        if not worth:
            return
        flat = torch.cat([each.flatten() for each in worth])
        bound = flat.kthvalue(max(1, flat.numel() - round(share * flat.numel()))).values
        for weight, each in zip(self._tensors, worth, strict=True):
            moves = (each > bound).to(weight.dtype)
            self._held.append((weight, moves, weight.detach() * (1 - moves)))
        optimiser.register_step_post_hook(self._take_back)

    @torch.no_grad()
    def _take_back(self, *_: Any) -> None:
        for weight, moves, kept in self._held:
            torch.addcmul(kept, weight, moves, out=weight)  # one pass over each tensor
