"""DDRNet-23-slim: two branches of different resolution that exchange what they see.

Pan, Hong, Sun, Jia: "Deep Dual-Resolution Networks for Real-Time and Accurate Semantic Segmentation
of Traffic Scenes", T-ITS 2022. The auxiliary head, which the paper uses in training alone, is left
out: every network here is trained with the same loss.
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
import torch.nn.functional as F
from torch import nn

from laecips_cloud.networks.edge_network import EdgeNetwork
from laecips_cloud.networks.pyramid import BNReLUConv, resize
from laecips_cloud.networks.resnet import BasicBlock, init_convolutions, scaled

# Channels of the stages at strides 4, 8, 16, 32 and 64 at width 1.
_CHANNELS = (32, 64, 128, 256, 512)
_CONTEXT, _HEAD = 128, 64
# Kernels and strides of the context's average poolings; the picture's mean follows.
_POOLINGS = ((5, 2), (9, 4), (17, 8))


class DDRNet(EdgeNetwork):
    """A detail branch at an eighth of the picture beside a deep one down to a 64th.

    Args:
        classes: M, number of classes.
        width: multiplier of every channel count; 1 has 5.7 M parameters.
    """

    def __init__(self, *, classes: int, width: float = 1.0) -> None:
        super().__init__(classes=classes, stride=8, width=width)
        trunk, fine, *deep = (scaled(c, width) for c in _CHANNELS)
        self.stem = nn.Sequential(
            _convolution(3, trunk, stride=2),
            nn.ReLU(),
            _convolution(trunk, trunk, stride=2),
            nn.ReLU(),
        )
        self.layer1, self.layer2 = _stage(trunk, trunk, stride=1), _stage(trunk, fine, stride=2)
        self.deep = nn.ModuleList([_stage(fine, deep[0]), _stage(deep[0], deep[1])])
        self.detail = nn.ModuleList(_stage(fine, fine, stride=1) for _ in range(2))
        self.to_deep = nn.ModuleList(
            [
                _convolution(fine, deep[0], stride=2),
                nn.Sequential(
                    _convolution(fine, deep[0], stride=2),
                    nn.ReLU(),
                    _convolution(deep[0], deep[1], stride=2),
                ),
            ]
        )
        self.to_detail = nn.ModuleList(_convolution(c, fine, kernel=1) for c in deep[:2])
        context = scaled(_CONTEXT, width)
        self.last_deep = _Bottleneck(deep[1], deep[2], stride=2)
        self.last_detail = _Bottleneck(fine, context, stride=1)
        self.context = _Context(deep[2], context, context)
        head = scaled(_HEAD, width)
        self.head = nn.Sequential(
            BNReLUConv(context, head, kernel=3), BNReLUConv(head, classes, kernel=1)
        )
        init_convolutions(self)

    @property
    def stages(self) -> Sequence[Sequence[nn.Module]]:
        """The common trunk in three stages, then the two exchanges between the branches."""
        exchanges = zip(self.deep, self.detail, self.to_deep, self.to_detail, strict=True)
        return [[self.stem], [self.layer1], [self.layer2], *(list(parts) for parts in exchanges)]

    def logits_at_stride(self, rgb: torch.Tensor) -> torch.Tensor:
        """Return logits [N,M,ceil(H/8),ceil(W/8)]; see `EdgeNetwork`."""
        x = self.layer2(torch.relu(self.layer1(self.stem(rgb))))
        size = (x.shape[-2], x.shape[-1])
        y = x  # the detail branch; x is the deep one
        for deep, detail, to_deep, to_detail in zip(
            self.deep, self.detail, self.to_deep, self.to_detail, strict=True
        ):
            x, y = deep(torch.relu(x)), detail(torch.relu(y))
            x, y = (
                x + to_deep(torch.relu(y)),
                y + resize(to_detail(torch.relu(x)), size),
            )
        y = self.last_detail(torch.relu(y))
        x = self.context(self.last_deep(torch.relu(x)))
        logits: torch.Tensor = self.head(y + resize(x, size))
        return logits


class _Context(nn.Module):
    """The deep aggregation pyramid pooling module: means over ever larger areas, one by one."""

    def __init__(self, in_channels: int, channels: int, out_channels: int) -> None:
        super().__init__()
        areas = len(_POOLINGS) + 2  # with the map itself and its mean
        self.scale = nn.ModuleList(
            BNReLUConv(in_channels, channels, kernel=1) for _ in range(areas)
        )
        self.process = nn.ModuleList(
            BNReLUConv(channels, channels, kernel=3) for _ in range(areas - 1)
        )
        self.compression = BNReLUConv(areas * channels, out_channels, kernel=1)
        self.shortcut = BNReLUConv(in_channels, out_channels, kernel=1)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """[N,C,h,w] -> [N,C',h,w]."""
        size = (x.shape[-2], x.shape[-1])
        pooled = [F.avg_pool2d(x, kernel, stride, kernel // 2) for kernel, stride in _POOLINGS]
        pooled.append(x.mean(dim=(2, 3), keepdim=True))
        seen = [self.scale[0](x)]
        for area, scale, process in zip(pooled, self.scale[1:], self.process, strict=True):
            seen.append(process(resize(scale(area), size) + seen[-1]))
        mixed: torch.Tensor = self.compression(torch.cat(seen, dim=1)) + self.shortcut(x)
        return mixed


class _Bottleneck(nn.Module):
    """Three convolutions and a shortcut (He et al., CVPR 2016, figure 5 right), no last ReLU."""

    def __init__(self, in_channels: int, out_channels: int, *, stride: int) -> None:
        super().__init__()
        inner = in_channels
        self.inside = nn.Sequential(
            _convolution(in_channels, inner, kernel=1),
            nn.ReLU(),
            _convolution(inner, inner, stride=stride),
            nn.ReLU(),
            _convolution(inner, out_channels, kernel=1),
        )
        self.shortcut = _convolution(in_channels, out_channels, kernel=1, stride=stride)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """[N,C,H,W] -> [N,C',ceil(H/stride),ceil(W/stride)]."""
        added: torch.Tensor = self.inside(x) + self.shortcut(x)
        return added


def _stage(in_channels: int, out_channels: int, *, stride: int = 2) -> nn.Sequential:
    """Two basic blocks without the last ReLU: the branches are added first."""
    return nn.Sequential(
        BasicBlock(in_channels, out_channels, stride=stride),
        BasicBlock(out_channels, out_channels, last_relu=False),
    )


def _convolution(
    in_channels: int, out_channels: int, *, kernel: int = 3, stride: int = 1
) -> nn.Sequential:
    return nn.Sequential(
        nn.Conv2d(in_channels, out_channels, kernel, stride, kernel // 2, bias=False),
        nn.BatchNorm2d(out_channels),
    )
