"""The miner h: a ResNet-18 that reads f's logits and returns the trust in f's answer."""

from collections.abc import Iterable, Mapping

import torch
import torch.nn.functional as F
from torch import nn

from laecips_cloud.networks.resnet import STAGES, init_convolutions, scaled, stage
from laecips_cloud.networks.softmax_doubt import (
    EXPECTED_LOSS,
    MAPS,
    doubt_maps,
    doubt_numbers,
    numbers,
    softmax_of,
)

# Smallest trust that h can return. It bounds the -log h of its loss (eq. 14); the paper's
# generalisation bound needs it, but its text omits it.
H_MIN = 0.01

# Least spread that a number of a frame is normalised by: engines differ in some pixels of a network
# that is sure of nothing, and such a difference must not count as one of frames.
_LEAST_SPREAD = 0.1


class MinerNetwork(nn.Module):
    """ResNet-18 on M-channel logits at f's own stride, with one output.

    It reads the logits and the doubt of their softmax, as maps beside the logits and as numbers at
    its head, so that it need not learn what a softmax statistic computes: untrained, it ranks
    frames by their expected IoU.

    Args:
        classes: M, channels of the logits.
        width: multiplier of every channel count; 1 has 11.2 M parameters at 11 classes.
    """

    def __init__(self, *, classes: int, width: float = 1.0) -> None:
        super().__init__()
        if classes < 2 or width <= 0:
            raise ValueError(
                f"Miner: classes must be at least 2 and width above 0, got {classes} and {width}"
            )
        self.classes, self.width = classes, width
        channels = [scaled(c, width) for c in STAGES]
        self.conv1 = nn.Conv2d(classes + MAPS, channels[0], 7, stride=2, padding=3, bias=False)
        self.bn1 = nn.BatchNorm2d(channels[0])
        self.layer1 = stage(channels[0], channels[0], stride=1)
        self.layer2 = stage(channels[0], channels[1], stride=2)
        self.layer3 = stage(channels[1], channels[2], stride=2)
        self.layer4 = stage(channels[2], channels[3], stride=2)
        self.fc = nn.Linear(channels[3], 1)
        # Without momentum, because `measure` goes through all rows once.
        self.norm = nn.BatchNorm1d(numbers(classes), momentum=None, affine=False)
        self.doubt = nn.Linear(numbers(classes), 1, bias=False)
        init_convolutions(self)
        nn.init.zeros_(self.fc.weight)
        nn.init.zeros_(self.fc.bias)
        nn.init.zeros_(self.doubt.weight)
        with torch.no_grad():
            self.doubt.weight[0, EXPECTED_LOSS] = -1.0

    def forward(self, logits: torch.Tensor) -> torch.Tensor:
        """Return the trust in f's answer.

        Args:
            logits: float32 [N,M,h,w], as `EdgeNetwork.logits_at_stride` gives them.

        Returns:
            h, float32 [N] in [H_MIN, 1]; near 1 means that f's answer can be used.
        """
        # The floor is an offset and not a clamp, so that a frame with the least trust still has a
        # gradient.
        return H_MIN + (1 - H_MIN) * torch.sigmoid(self.score(logits))

    def score(self, logits: torch.Tensor) -> torch.Tensor:
        """Return the trust before the sigmoid: float32 [N], unbounded."""
        softmax = softmax_of(logits)
        maps = doubt_maps(softmax)
        x = torch.relu(self.bn1(self.conv1(torch.cat([logits, maps], dim=1))))
        x = F.max_pool2d(x, 3, stride=2, padding=1)
        x = self.layer4(self.layer3(self.layer2(self.layer1(x))))
        doubt = self.doubt(self.norm(doubt_numbers(softmax, maps)))
        return (self.fc(x.mean(dim=(2, 3))) + doubt).squeeze(1)

    @torch.no_grad()
    def measure(self, logits: Iterable[torch.Tensor]) -> None:
        """Set the mean and the spread that the numbers of a frame are normalised by.

        Args:
            logits: float32 [N,M,h,w] each, N at least 2; the rows of a training.
        """
        self.norm.reset_running_stats()
        self.norm.train()
        for batch in logits:
            softmax = softmax_of(batch)
            self.norm(doubt_numbers(softmax, doubt_maps(softmax)))
        self.norm.eval()
        self.norm.get_buffer("running_var").clamp_(min=_LEAST_SPREAD**2)

    @torch.no_grad()
    def rescale(self, factor: float, shift: float) -> None:
        """Change each score to factor * score + shift; with a factor above 0 their order stays."""
        self.fc.weight.mul_(factor)
        self.doubt.weight.mul_(factor)
        self.fc.bias.mul_(factor).add_(shift)

    def take_weights(self, weights: Mapping[str, torch.Tensor]) -> None:
        """Load weights, also those of a miner that reads logits alone; its trust stays the same.

        Args:
            weights: by the names of `state_dict`; bundles once held miners without `doubt`.

        Raises:
            RuntimeError: they do not fit.
        """
        weights = dict(weights)
        first = weights.get("conv1.weight")
        if "doubt.weight" not in weights and first is not None and first.shape[1] == self.classes:
            weights["conv1.weight"] = F.pad(first, (0, 0, 0, 0, 0, MAPS))
            weights["doubt.weight"] = torch.zeros_like(self.doubt.weight)
            for name in ("norm.running_mean", "norm.running_var"):
                weights[name] = self.state_dict()[name]
        self.load_state_dict(weights, strict=True)
