"""The two networks of a bundle: f labels pixels, h says how far f can be trusted."""

from laecips_cloud.networks.miner import Miner
from laecips_cloud.networks.rfnet import RFNet

__all__ = ["Miner", "RFNet"]
