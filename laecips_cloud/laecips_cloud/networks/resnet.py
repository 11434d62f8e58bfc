"""The basic block of ResNet-18, shared by encoders of f and by the miner."""

import torch
from torch import nn

# Channels of the four stages at width 1.
STAGES = (64, 128, 256, 512)


def scaled(channels: int, width: float) -> int:
    """Return the channel count at a width multiplier: rounded, at least 1."""
    return max(1, round(channels * width))


class BasicBlock(nn.Module):
    """Two 3x3 convolutions and a shortcut (He et al., CVPR 2016, figure 5 left).

    Without the last ReLU it returns their plain sum.
    """

    def __init__(
        self, in_channels: int, out_channels: int, *, stride: int = 1, last_relu: bool = True
    ) -> None:
        super().__init__()
        self.last_relu = last_relu
        self.conv1 = nn.Conv2d(in_channels, out_channels, 3, stride, padding=1, bias=False)
        self.bn1 = nn.BatchNorm2d(out_channels)
        self.conv2 = nn.Conv2d(out_channels, out_channels, 3, padding=1, bias=False)
        self.bn2 = nn.BatchNorm2d(out_channels)
        self.downsample: nn.Module | None = None
        if stride != 1 or in_channels != out_channels:
            self.downsample = nn.Sequential(
                nn.Conv2d(in_channels, out_channels, 1, stride, bias=False),
                nn.BatchNorm2d(out_channels),
            )

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """[N,C,H,W] -> [N,C',ceil(H/stride),ceil(W/stride)]."""
        shortcut = x if self.downsample is None else self.downsample(x)
        x = torch.relu(self.bn1(self.conv1(x)))
        x = self.bn2(self.conv2(x)) + shortcut
        return torch.relu(x) if self.last_relu else x


def stage(in_channels: int, out_channels: int, *, stride: int) -> nn.Sequential:
    """Return one ResNet-18 stage: two basic blocks, the first with the stride."""
    return nn.Sequential(
        BasicBlock(in_channels, out_channels, stride=stride), BasicBlock(out_channels, out_channels)
    )


def init_convolutions(module: nn.Module) -> None:
    """Set Kaiming-normal weights, fan out, in every convolution below `module`."""
    for part in module.modules():
        if isinstance(part, nn.Conv2d):
            nn.init.kaiming_normal_(part.weight, mode="fan_out", nonlinearity="relu")
