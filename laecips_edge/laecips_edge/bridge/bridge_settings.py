"""Settings of the bridge node, all of them; `config/bridge.yaml` shows them with their defaults."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import Final

from laecips_edge.core.settings import Settings, setting

MADE: Final = "the folder that `laecips certs robot NAME` has made"

_fixed = partial(setting, changes="unconfigured")  # these act when the node is configured


@dataclass(frozen=True, kw_only=True)
class BridgeSettings(Settings):
    """Where the gateway is, and how the robot shows who it is."""

    address: str = _fixed("", "HOST:PORT of the gateway.")
    certificates: str = _fixed("", "Folder that `laecips certs robot NAME` has made.")
    tls_name: str = _fixed("", "Name in the gateway's certificate, where the address has another.")
    insecure: bool = _fixed(
        False, "Plain text, without certificates: to a gateway on this machine alone."
    )
