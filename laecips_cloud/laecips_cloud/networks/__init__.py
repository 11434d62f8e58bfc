"""The two networks of a bundle: f labels pixels, h rates the trust in f's answer."""

from laecips_cloud.networks.appealnet import AppealNet
from laecips_cloud.networks.edge_network import (
    EdgeNetwork,
    EdgeNetworkError,
    create_edge_network,
)
from laecips_cloud.networks.miner import MinerNetwork
from laecips_cloud.networks.rfnet import RFNet

__all__ = [
    "AppealNet",
    "EdgeNetwork",
    "EdgeNetworkError",
    "MinerNetwork",
    "RFNet",
    "create_edge_network",
]
