"""RFNet, the edge network f: real-time RGB or RGB-D semantic segmentation.

Sun, Yang, Hu, Hu, Wang: "Real-time Fusion Network for RGB-D Semantic Segmentation Incorporating
Unexpected Obstacle Detection for Road-driving Images", RA-L 2020. Parameter names and shapes at
width 1 are those of the published checkpoints.
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import nn

from laecips_cloud.networks.edge_network import EdgeNetwork
from laecips_cloud.networks.pyramid import BNReLUConv, SpatialPyramid, resize
from laecips_cloud.networks.resnet import STAGES, init_convolutions, scaled, stage


class RFNet(EdgeNetwork):
    """Two ResNet-18 encoders (colour, depth), a spatial pyramid and a light decoder.

    Args:
        classes: M, number of classes.
        width: multiplier of every channel count; 1 has 23.7 M parameters at 11 classes.
        depth: whether the network has the depth branch. With it, the network also runs on RGB
            alone and leaves the branch unused; without it, it is half as large and refuses depth.
    """

    architecture = "rfnet"

    def __init__(self, *, classes: int, width: float = 1.0, depth: bool = True) -> None:
        super().__init__(classes=classes, stride=4, width=width)
        self.depth = depth
        self.backbone = Backbone(width=width, depth=depth)
        self.logits = BNReLUConv(scaled(128, width), classes, kernel=3)

    def forward(self, rgb: torch.Tensor, depth: torch.Tensor | None = None) -> torch.Tensor:
        """Score every pixel.

        Args:
            rgb: float32 [N,3,H,W], normalised.
            depth: float32 [N,H,W], normalised; None runs on colour alone.

        Returns:
            Logits, float32 [N,M,H,W].

        Raises:
            ValueError: depth was given to a network without a depth branch.
        """
        return resize(self.logits_at_stride(rgb, depth), (rgb.shape[-2], rgb.shape[-1]))

    def logits_at_stride(
        self, rgb: torch.Tensor, depth: torch.Tensor | None = None
    ) -> torch.Tensor:
        """Return the logits before the last interpolation: [N,M,ceil(H/4),ceil(W/4)]."""
        if depth is not None and not self.depth:
            raise ValueError("RFNet: depth was given, but the network was made with depth=False")
        return self.logits(self.backbone(rgb, depth))

    @property
    def stages(self) -> Sequence[Sequence[nn.Module]]:
        """The stem of the colour encoder, then its four layers."""
        names = (("conv1", "bn1"), ("layer1",), ("layer2",), ("layer3",), ("layer4",))
        return [[self.backbone.get_submodule(name) for name in stage] for stage in names]

    def train_all_but(self, stages: int) -> None:
        """Keep the depth branch too: trainings run on colour. See `EdgeNetwork`."""
        super().train_all_but(stages)
        for name, part in self.backbone.named_children():
            if name.endswith("_d") or name.startswith("attention_"):
                part.requires_grad_(False)


def edge_rfnet(*, classes: int, width: float = 0.5, depth: bool = False) -> RFNet:
    """Return an RFNet as robots run it: half as wide, and on colour unless depth is asked for."""
    return RFNet(classes=classes, width=width, depth=depth)


class Backbone(nn.Module):
    """Encoders, fusion by attention, pyramid and decoder: everything before the head."""

    def __init__(self, *, width: float, depth: bool) -> None:
        super().__init__()
        channels = [scaled(c, width) for c in STAGES]
        self._add_encoder("", in_channels=3, channels=channels)
        if depth:
            self._add_encoder("_d", in_channels=1, channels=channels)
            for index, c in enumerate(channels, start=1):
                self.add_module(f"attention_{index}", Attention(c))
                self.add_module(f"attention_{index}_d", Attention(c))
        self.spp = _Pyramid(channels[-1], width=width)
        self.upsample = nn.ModuleList(
            Upsample(skip, scaled(128, width)) for skip in reversed(channels[:-1])
        )
        init_convolutions(self)

    def _add_encoder(self, suffix: str, *, in_channels: int, channels: list[int]) -> None:
        """ResNet-18 without its head; `suffix` tells the depth encoder's layers apart."""
        stem = nn.Conv2d(in_channels, channels[0], 7, stride=2, padding=3, bias=False)
        self.add_module(f"conv1{suffix}", stem)
        self.add_module(f"bn1{suffix}", nn.BatchNorm2d(channels[0]))
        before = channels[0]
        for index, c in enumerate(channels, start=1):
            layer = stage(before, c, stride=1 if index == 1 else 2)
            self.add_module(f"layer{index}{suffix}", layer)
            before = c

    def forward(self, rgb: torch.Tensor, depth: torch.Tensor | None) -> torch.Tensor:
        """Map rgb [N,3,H,W], depth [N,H,W] or None to features [N,128w,ceil(H/4),ceil(W/4)]."""
        x = self._stem(rgb, "")
        y = None if depth is None else self._stem(depth.unsqueeze(1), "_d")
        skips = []
        for index in range(1, len(STAGES) + 1):
            x = self.get_submodule(f"layer{index}")(x)
            skips.append(x)  # before attention and fusion
            if y is not None:
                y = self.get_submodule(f"layer{index}_d")(y)
                y = y * self.get_submodule(f"attention_{index}_d")(y)
                x = x * self.get_submodule(f"attention_{index}")(x) + y
        x = self.spp(x)
        for step, skip in zip(self.upsample, reversed(skips[:-1]), strict=True):
            x = step(x, skip)
        return x

    def _stem(self, x: torch.Tensor, suffix: str) -> torch.Tensor:
        convolution = self.get_submodule(f"conv1{suffix}")
        norm = self.get_submodule(f"bn1{suffix}")
        return nn.functional.max_pool2d(torch.relu(norm(convolution(x))), 3, stride=2, padding=1)


class Attention(nn.Sequential):
    """One weight in (0, 1) for each channel, computed from the channel's mean."""

    def __init__(self, channels: int) -> None:
        super().__init__(nn.AdaptiveAvgPool2d(1), nn.Conv2d(channels, channels, 1), nn.Sigmoid())


class Upsample(nn.Module):
    """One step of the decoder: bring the coarse map to the skip's size, add, blend."""

    def __init__(self, skip_channels: int, channels: int) -> None:
        super().__init__()
        self.bottleneck = BNReLUConv(skip_channels, channels, kernel=1)
        self.blend_conv = BNReLUConv(channels, channels, kernel=3)

    def forward(self, x: torch.Tensor, skip: torch.Tensor) -> torch.Tensor:
        """Map x [N,C,h,w] and skip [N,S,H,W] to [N,C,H,W]."""
        skip = self.bottleneck(skip)
        return self.blend_conv(resize(x, (skip.shape[-2], skip.shape[-1])) + skip)


class _Pyramid(nn.Module):
    """The pyramid, one level deeper as in published checkpoints: `backbone.spp.spp`."""

    def __init__(self, in_channels: int, *, width: float) -> None:
        super().__init__()
        self.spp = SpatialPyramid(in_channels, width=width)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.spp(x)
