"""The miner h: a ResNet-18 that reads f's logits and returns the trust in f's answer."""

import torch
import torch.nn.functional as F
from torch import nn

from laecips_cloud.networks.resnet import STAGES, init_convolutions, scaled, stage

# Smallest trust that h can return. It bounds the -log h of its loss (eq. 14); the paper's
# generalisation bound needs it, but its text omits it.
H_MIN = 0.01


class MinerNetwork(nn.Module):
    """ResNet-18 on M-channel logits at f's own stride, with one output.

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
        self.conv1 = nn.Conv2d(classes, channels[0], 7, stride=2, padding=3, bias=False)
        self.bn1 = nn.BatchNorm2d(channels[0])
        self.layer1 = stage(channels[0], channels[0], stride=1)
        self.layer2 = stage(channels[0], channels[1], stride=2)
        self.layer3 = stage(channels[1], channels[2], stride=2)
        self.layer4 = stage(channels[2], channels[3], stride=2)
        self.fc = nn.Linear(channels[3], 1)
        init_convolutions(self)

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
        x = torch.relu(self.bn1(self.conv1(logits)))
        x = F.max_pool2d(x, 3, stride=2, padding=1)
        x = self.layer4(self.layer3(self.layer2(self.layer1(x))))
        return self.fc(x.mean(dim=(2, 3))).squeeze(1)
