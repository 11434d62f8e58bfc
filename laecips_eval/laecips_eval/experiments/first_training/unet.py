"""The bar for f: a plain small U-Net, as a short script would have it.

Ronneberger et al., "U-Net: Convolutional Networks for Biomedical Image Segmentation", 2015; with
batch norms and padded convolutions, and a first convolution of stride 2, without which a step takes
four times as long and a short training is the worse for it.
"""

from __future__ import annotations

import torch
from laecips_cloud.networks import EdgeNetwork
from torch import Tensor, nn
from torch.nn.functional import interpolate, max_pool2d

_CHANNELS = (24, 48, 96, 144)


class PlainUNet(EdgeNetwork):
    """A U-Net of four levels with 0.8 M parameters, in the place of f.

    Args:
        classes: M, number of classes.
    """

    def __init__(self, *, classes: int) -> None:
        """Draw the weights."""
        super().__init__(classes=classes, stride=2)
        before = (3, *_CHANNELS[:-1])
        self.down = nn.ModuleList(
            _pair(a, b, stride=2 if a == 3 else 1) for a, b in zip(before, _CHANNELS, strict=True)
        )
        self.up = nn.ModuleList(
            _pair(a + b, a) for a, b in zip(_CHANNELS[-2::-1], _CHANNELS[:0:-1], strict=True)
        )
        self.head = nn.Conv2d(_CHANNELS[0], classes, 1)

    def logits_at_stride(self, rgb: Tensor) -> Tensor:
        """Map float32 [N, 3, H, W], normalised, to logits at stride 2."""
        skips: list[Tensor] = []
        x = rgb
        for level in self.down:
            x = level(max_pool2d(x, 2, ceil_mode=True) if skips else x)
            skips.append(x)
        for level, skip in zip(self.up, skips[-2::-1], strict=True):
            larger = interpolate(x, size=skip.shape[-2:], mode="bilinear", align_corners=False)
            x = level(torch.cat([skip, larger], 1))
        logits: Tensor = self.head(x)
        return logits


def _pair(before: int, after: int, *, stride: int = 1) -> nn.Sequential:
    layers: list[nn.Module] = []
    for channels, step in ((before, stride), (after, 1)):
        layers += [
            nn.Conv2d(channels, after, 3, stride=step, padding=1, bias=False),
            nn.BatchNorm2d(after),
            nn.ReLU(inplace=True),
        ]
    return nn.Sequential(*layers)
