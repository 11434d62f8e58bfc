"""F: class-less masks and per-pixel scores become a label map."""

from laecips_cloud.fusion.mask_fusion import Fused, fuse
from laecips_cloud.fusion.vote import Vote

__all__ = ["Fused", "Vote", "fuse"]
