"""A light U-Net: the plainest edge network, to compare others with.

Ronneberger, Fischer, Brox: "U-Net: Convolutional Networks for Biomedical Image Segmentation",
MICCAI 2015; with batch norms, and few channels. The first step halves the picture already, and the
last steps back to its size are left to the interpolation.
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import nn

from laecips_cloud.networks.edge_network import EdgeNetwork
from laecips_cloud.networks.pyramid import resize
from laecips_cloud.networks.resnet import init_convolutions, scaled

_CHANNELS = (16, 32, 64, 128, 256)  # at strides 2 to 32, at width 1


class UNet(EdgeNetwork):
    """Five stages down to a 32nd of the picture, three up to a quarter, with skips between them.

    Args:
        classes: M, number of classes.
        width: multiplier of every channel count; 1 has 2.0 M parameters.
    """

    def __init__(self, *, classes: int, width: float = 1.0) -> None:
        super().__init__(classes=classes, stride=4, width=width)
        channels = [scaled(c, width) for c in _CHANNELS]
        self.down = nn.ModuleList(
            _two_convolutions(before, after, stride=2)
            for before, after in zip((3, *channels), channels, strict=False)
        )
        self.up = nn.ModuleList(
            _two_convolutions(coarse + skip, skip)
            for coarse, skip in zip(channels[:1:-1], channels[-2:0:-1], strict=True)
        )
        self.head = nn.Conv2d(channels[1], classes, 1)
        init_convolutions(self)

    @property
    def stages(self) -> Sequence[Sequence[nn.Module]]:
        """The five stages of the way down."""
        return [[stage] for stage in self.down]

    def logits_at_stride(self, rgb: torch.Tensor) -> torch.Tensor:
        """Return logits [N,M,ceil(H/4),ceil(W/4)]; see `EdgeNetwork`."""
        x, skips = rgb, []
        for stage in self.down:
            x = stage(x)
            skips.append(x)
        for step, skip in zip(self.up, skips[-2:0:-1], strict=True):
            x = step(torch.cat([resize(x, (skip.shape[-2], skip.shape[-1])), skip], dim=1))
        logits: torch.Tensor = self.head(x)
        return logits


def _two_convolutions(in_channels: int, out_channels: int, *, stride: int = 1) -> nn.Sequential:
    return nn.Sequential(
        *_convolution(in_channels, out_channels, stride=stride),
        *_convolution(out_channels, out_channels, stride=1),
    )


def _convolution(in_channels: int, out_channels: int, *, stride: int) -> list[nn.Module]:
    return [
        nn.Conv2d(in_channels, out_channels, 3, stride, padding=1, bias=False),
        nn.BatchNorm2d(out_channels),
        nn.ReLU(),
    ]
