"""The two networks of a bundle: f labels pixels, h rates the trust in f's answer."""

from laecips_cloud.networks.miner import MinerNetwork
from laecips_cloud.networks.rfnet import RFNet

__all__ = ["MinerNetwork", "RFNet"]
