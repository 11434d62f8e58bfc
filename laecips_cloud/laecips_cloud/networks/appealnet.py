"""AppealNet as f: an RFNet with a head that says how probably the frame need not go to the cloud.

Li et al.: "AppealNet: An Efficient and Highly-Accurate Edge/Cloud Collaborative Architecture for
DNN Inference", DAC 2021. There a classifier's features feed a second head beside its classes, the
predictor q(1|x). Here f labels pixels, while a frame goes to the cloud as a whole: the head reads
the features from which f's logits are computed, and pools them over the frame.
"""

import torch
from torch import nn

from laecips_cloud.networks.resnet import init_convolutions, scaled
from laecips_cloud.networks.rfnet import RFNet

# Smallest q, as of the miner's trust: it bounds -log q of the loss.
Q_MIN = 0.01


class AppealNet(RFNet):
    """An RFNet on colour, and its predictor head.

    Args:
        classes: M, number of classes.
        width: multiplier of every channel count of the RFNet; the head's follow.
    """

    architecture = "appealnet"

    def __init__(self, *, classes: int, width: float = 0.5) -> None:
        super().__init__(classes=classes, width=width, depth=False)
        self.predictor = Predictor(scaled(128, width))

    def logits_and_q(self, rgb: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """Answer a frame, and judge the answer; the encoder and the decoder run once.

        Args:
            rgb: float32 [N,3,H,W], normalised.

        Returns:
            Logits, float32 [N,M,ceil(H/4),ceil(W/4)], and q, float32 [N] in [Q_MIN, 1]; near 1
            means that f's answer can be used.
        """
        features = self.backbone(rgb, None)
        return self.logits(features), self.predictor(features)


class Predictor(nn.Module):
    """The predictor head: two convolutions, the mean and the largest value of each map, one number.

    Args:
        channels: of f's features; the maps are half as many.
    """

    def __init__(self, channels: int) -> None:
        super().__init__()
        half = max(1, channels // 2)
        self.conv1 = nn.Conv2d(channels, half, 3, stride=2, padding=1)
        self.conv2 = nn.Conv2d(half, half, 3, stride=2, padding=1)
        self.fc = nn.Linear(2 * half, 1)
        init_convolutions(self)
        nn.init.zeros_(self.fc.weight)
        nn.init.zeros_(self.fc.bias)

    def forward(self, features: torch.Tensor) -> torch.Tensor:
        """Map features [N,C,h,w] to q [N]; 1/2 or a little more before the training."""
        x = torch.relu(self.conv2(torch.relu(self.conv1(torch.relu(features)))))
        pooled = torch.cat([x.mean(dim=(2, 3)), x.amax(dim=(2, 3))], dim=1)
        return Q_MIN + (1 - Q_MIN) * torch.sigmoid(self.fc(pooled).float()).squeeze(1)
