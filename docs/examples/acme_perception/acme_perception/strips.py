"""An edge network: very few weights, for a robot whose processor has other work."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from laecips_cloud.networks import EdgeNetwork
from torch import nn


class StripNetwork(EdgeNetwork):
    """Three strided convolutions, then long strips along rows and columns for the context.

    Args:
        classes: M, number of classes.
        width: multiplier of the channel counts.
        variant: length of the strips in pixels at stride 8, an odd number.
    """

    def __init__(self, *, classes: int, width: float = 1.0, variant: str = "15") -> None:
        super().__init__(classes=classes, stride=8, width=width)
        length, (first, second, third) = (
            int(variant),
            (max(4, round(c * width)) for c in (16, 32, 64)),
        )
        self.stem = _strided(3, first)
        self.middle = _strided(first, second)
        self.deep = _strided(second, third)
        self.rows = nn.Conv2d(third, third, (1, length), padding="same", groups=third)
        self.columns = nn.Conv2d(third, third, (length, 1), padding="same", groups=third)
        self.head = nn.Conv2d(third, classes, 1)

    @property
    def stages(self) -> Sequence[Sequence[nn.Module]]:
        """The three convolutions: a short training can leave the first ones as they are."""
        return [[self.stem], [self.middle], [self.deep]]

    def logits_at_stride(self, rgb: torch.Tensor) -> torch.Tensor:
        """float32 [N, 3, H, W], normalised -> logits [N, M, ceil(H / 8), ceil(W / 8)]."""
        x = self.deep(self.middle(self.stem(rgb)))
        logits: torch.Tensor = self.head(x + torch.relu(self.rows(x)) + torch.relu(self.columns(x)))
        return logits


def _strided(before: int, after: int) -> nn.Sequential:
    return nn.Sequential(
        nn.Conv2d(before, after, 3, stride=2, padding=1, bias=False),
        nn.BatchNorm2d(after),
        nn.ReLU(),
    )
