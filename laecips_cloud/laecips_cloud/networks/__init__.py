"""The two networks of a bundle: f labels pixels, h says how far f can be trusted."""

from laecips_cloud.networks.miner import MinerNetwork
from laecips_cloud.networks.rfnet import RFNet

__all__ = ["MinerNetwork", "RFNet"]
