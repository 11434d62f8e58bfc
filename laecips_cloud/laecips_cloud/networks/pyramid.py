"""Spatial pyramid pooling of RFNet, with poolings that export as two constant matrix products."""

from functools import lru_cache

import numpy as np
import torch
import torch.nn.functional as F
from numpy.typing import NDArray
from torch import nn

from laecips_cloud.networks.resnet import scaled

# Momentum of the running statistics inside the pyramid, whose maps are only a few pixels large.
_MOMENTUM = 0.005
# Rows of the three pooled grids; columns follow the picture's aspect ratio.
_GRIDS = (8, 4, 2)


class BNReLUConv(nn.Module):
    """Batch norm, ReLU, convolution without bias: the block of everything after the encoders."""

    def __init__(
        self, in_channels: int, out_channels: int, *, kernel: int, momentum: float = 0.1
    ) -> None:
        super().__init__()
        self.norm = nn.BatchNorm2d(in_channels, momentum=momentum)
        self.conv = nn.Conv2d(in_channels, out_channels, kernel, padding=kernel // 2, bias=False)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """[N,C,H,W] -> [N,C',H,W]."""
        return self.conv(torch.relu(self.norm(x)))


def resize(x: torch.Tensor, size: tuple[int, int]) -> torch.Tensor:
    """Bilinear interpolation of [N,C,h,w] to `size` (rows, columns), pixel centres at .5."""
    return F.interpolate(x, size=size, mode="bilinear", align_corners=False)


@lru_cache(maxsize=64)
def pooling_matrix(length: int, bins: int) -> NDArray[np.float32]:
    """[bins,length] float32: row i averages what adaptive average pooling puts into bin i.

    An array and not a tensor: the exporter's fake tensors must not stay in a cache.
    """
    matrix = np.zeros((bins, length), np.float32)
    for i in range(bins):
        start, stop = i * length // bins, -(-(i + 1) * length // bins)
        matrix[i, start:stop] = 1 / (stop - start)
    return matrix


def adaptive_average(x: torch.Tensor, grid: tuple[int, int]) -> torch.Tensor:
    """Adaptive average pooling of [N,C,H,W] to `grid` as two matrix products.

    The exporter spends 305 nodes on the operator, and 98 on this, which is as fast in torch.
    """
    rows = torch.from_numpy(pooling_matrix(x.shape[-2], grid[0])).to(x)
    columns = torch.from_numpy(pooling_matrix(x.shape[-1], grid[1])).to(x)
    return rows @ x @ columns.T


class SpatialPyramid(nn.Sequential):
    """Context at three coarse grids, concatenated to the reduced input and fused."""

    def __init__(self, in_channels: int, *, width: float) -> None:
        channels, level_channels = scaled(128, width), scaled(42, width)
        super().__init__()
        self.spp_bn = BNReLUConv(in_channels, channels, kernel=1, momentum=_MOMENTUM)
        for index in range(len(_GRIDS)):
            self.add_module(
                f"spp{index}", BNReLUConv(channels, level_channels, kernel=1, momentum=_MOMENTUM)
            )
        self.spp_fuse = BNReLUConv(
            channels + len(_GRIDS) * level_channels, channels, kernel=1, momentum=_MOMENTUM
        )

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """[N,512w,h,w] -> [N,128w,h,w]."""
        height, width = x.shape[-2:]
        x = self.spp_bn(x)
        levels = [x]
        for index, rows in enumerate(_GRIDS):
            grid = (rows, max(1, round(width / height * rows)))
            pooled = self.get_submodule(f"spp{index}")(adaptive_average(x, grid))
            levels.append(resize(pooled, (height, width)))
        return self.spp_fuse(torch.cat(levels, dim=1))
